import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { context, launch } from "./browser.ts";
import { Console } from "./pages/Console.ts";
import { Hall } from "./pages/Hall.ts";
import { logIn } from "./pages/Office.ts";
import { middleOf } from "./senses.ts";
import { Server } from "./server.ts";
import { until } from "./until.ts";

// Spectators: an official who sits in no hall watches the session in the office, when the operator lets it be watched.
let server: Server;
let desk: Console;
let hall: Hall;
let browser: Browser;
let spectator: Page;

beforeAll(async () => {
  server = await Server.start();
  desk = await Console.open(server);
  hall = await Hall.open(server.hall("UBND tỉnh Lai Châu"), { colour: "blue", pitch: 500 });
  browser = await launch();
  spectator = await (await context(browser)).newPage();
  await hall.passCheck();
  await desk.openSession();
  await hall.join();
  await logIn(spectator, server, "official");
  await spectator.goto(`${server.links.base}/meetings/${server.links.meeting}`);
});

afterAll(async () => {
  await browser?.close();
  await hall?.close();
  await desk?.close();
  await server?.close();
});

const row = () => desk.page.locator(".outputs li").first();
const film = () => spectator.locator(".live video");

test("nobody watches before the operator lets them", async () => {
  await spectator.getByRole("heading", { level: 1 }).waitFor();
  expect(await spectator.getByRole("link", { name: "Xem trực tiếp" }).count()).toBe(0);
  await spectator.goto(`${server.links.base}/meetings/${server.links.meeting}/live`);
  await spectator.getByText("Phiên họp chưa mở cho xem trực tiếp.").waitFor();
  await spectator.getByRole("link", { name: "Về phiên họp" }).click();
});

test("who is logged in sees and hears the session, and the operator sees that somebody watches", async () => {
  await desk.showOutputs();
  await desk.page.getByRole("button", { name: "Cho người đã đăng nhập xem trực tiếp (HLS)" }).click();
  await row().getByText("chưa có máy nào xem").waitFor({ timeout: 30_000 });
  await row().getByText(`/meetings/${server.links.meeting}/live`).waitFor();
  await spectator.getByRole("link", { name: "Xem trực tiếp" }).click({ timeout: 20_000 });
  await until("blue in the player", async () => (await middleOf(film())) === "blue", 45_000);
  await row().getByText("1 máy đang xem").waitFor();
  const sound = await film().evaluate(
    (video) => (video as HTMLVideoElement & { webkitAudioDecodedByteCount: number }).webkitAudioDecodedByteCount,
  );
  expect(sound).toBeGreaterThan(0);
});

test("who is not logged in gets nothing of it", async () => {
  const base = `/api/meetings/${server.links.meeting}/live`;
  const playlist = await spectator.request.get(`${server.links.base}${base}/live.m3u8`);
  expect(playlist.status()).toBe(200);
  const segment = (await playlist.text()).split("\n").find((line) => line.endsWith(".ts"));
  for (const name of ["live.m3u8", segment]) expect((await server.fetch(`${base}/${name}`)).status).toBe(401);
  for (const name of ["..%2F..%2Fsecret.key", "..ts", "live.m3u8.ts", "1-..ts"])
    expect((await spectator.request.get(`${server.links.base}${base}/${name}`)).status(), name).toBe(404);
});

test("it goes on when the operator lets them watch again", async () => {
  await row().getByRole("button", { name: "Dừng" }).click();
  await row().getByRole("button", { name: "Dừng" }).click();
  await spectator.getByText("Phiên họp chưa mở cho xem trực tiếp.").waitFor({ timeout: 20_000 });
  await row().getByRole("button", { name: "Gửi" }).click();
  await until("blue in the player", async () => (await middleOf(film())) === "blue", 45_000);
});

test("it is over with the session", async () => {
  await desk.end();
  await spectator.getByText("Phiên họp đã kết thúc.").waitFor({ timeout: 20_000 });
});
