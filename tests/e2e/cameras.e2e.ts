import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { context, launch } from "./browser.ts";
import { Console } from "./pages/Console.ts";
import { Hall } from "./pages/Hall.ts";
import { logIn } from "./pages/Office.ts";
import { freePort, root, Server } from "./server.ts";

// A hall without a PC: its RTSP camera is set in the office, and joins by itself when the session opens.
const main = { site: "UBND tỉnh Lai Châu", colour: "blue", pitch: 500 } as const;
const cameraPitch = 1900;

let server: Server;
let desk: Console;
let hall: Hall;
let port: number;
let camera: ChildProcess | undefined;

async function plugIn(): Promise<void> {
  camera = spawn(
    join(root, "build/tests/ip_camera"),
    [String(port), "red", String(cameraPitch), "admin", "mat-khau"],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  await once(camera.stdout as NodeJS.ReadableStream, "data");
}

async function unplug(): Promise<void> {
  const gone =
    camera && camera.exitCode === null && camera.signalCode === null ? once(camera, "exit") : undefined;
  camera?.kill("SIGKILL");
  await gone;
}

beforeAll(async () => {
  port = await freePort();
  await plugIn();
  server = await Server.start();
  desk = await Console.open(server);
  hall = await Hall.open(server.hall(main.site), main);
  await hall.passCheck();
});

afterAll(async () => {
  await hall?.close();
  await desk?.close();
  await server?.close();
  await unplug();
});

test("the administrator gives a hall its camera, and nobody sees its password again", async () => {
  const browser = await launch();
  try {
    const page = await (await context(browser)).newPage();
    await logIn(page, server, "administrator");
    await page.goto(`${server.links.base}/places`);
    const line = page.locator(".site-line").filter({ hasText: "Sìn Hồ" });
    const field = page.getByLabel("Camera RTSP");
    const save = page.getByRole("button", { name: "Lưu", exact: true });
    await line.getByRole("button", { name: "Sửa" }).click();
    await field.fill("http://127.0.0.1/kenh1");
    await save.click();
    await page.getByText("Địa chỉ camera không đúng").waitFor();
    await field.fill(`rtsp://admin:mat-khau@127.0.0.1:${port}/kenh1`);
    await save.click();
    await field.waitFor({ state: "detached" });
    await line.getByRole("button", { name: "Sửa" }).click();
    await page.getByText(`Đang dùng rtsp://127.0.0.1:${port}.`).waitFor();
    expect(await page.content()).not.toContain("mat-khau@");
  } finally {
    await browser.close();
  }
});

test("it joins when the session opens, and is seen and heard in a hall", async () => {
  await desk.openSession();
  await hall.join();
  await desk.present(2);
  await desk.putOnStage("sin ho");
  await hall.sees("red", 0, 30_000);
  await desk.openMicrophone("Sìn Hồ");
  await hall.hears([cameraPitch]);
});

test("unplugged it is said to be lost, and plugged in again it is back by itself", async () => {
  await desk.tile("Sìn Hồ").click();
  await unplug();
  await desk.page.getByText("Camera đang gửi thì mất").waitFor({ timeout: 30_000 });
  await plugIn();
  await desk.present(2);
  await hall.sees("red", 0, 60_000);
  await hall.hears([cameraPitch]);
});

// The Government conducts on its own system; what comes out of it is a camera like another.
test("a conference of others is followed in the halls: seen and heard as soon as it comes in", async () => {
  const sinHo = await server.site("Sìn Hồ");
  const tamDuong = await server.site("Tam Đường");
  const now = Date.now();
  const answer = await desk.page.request.post(`${server.links.base}/api/meetings`, {
    headers: { origin: server.links.base },
    data: {
      title: "Hội nghị trực tuyến Chính phủ với các địa phương",
      mode: "guest",
      kind: "briefing",
      organizer: "Văn phòng Chính phủ",
      chair: "",
      place: "",
      invitation: "",
      notes: "",
      starts_at: now,
      ends_at: now + 3_600_000,
      agenda: [],
      sites: [
        { site: sinHo, main: true, confirmed: true, link_generation: 0 },
        { site: tamDuong, main: false, confirmed: true, link_generation: 0 },
      ],
    },
  });
  expect(answer.status(), await answer.text()).toBe(200);
  const detail = (await answer.json()) as { meeting: { id: number }; links: { site: number; url: string }[] };
  await desk.end();
  await desk.close();
  desk = await Console.open(server, detail.meeting.id);
  await desk.openSession();
  const link = detail.links.find(({ site }) => site === tamDuong)?.url ?? "";
  const district = await Hall.open(link, { colour: "green", pitch: 900 });
  try {
    await district.passCheck();
    await district.join();
    await district.sees("red", 0, 30_000);
    await district.hears([cameraPitch]);
    // The operator may do without its sound.
    await desk.closeMicrophone("Sìn Hồ");
    await district.hears([], [cameraPitch]);
  } finally {
    await district.close();
  }
});
