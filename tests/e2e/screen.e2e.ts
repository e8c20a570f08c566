import { afterAll, beforeAll, expect, test } from "vitest";
import { Console } from "./pages/Console.ts";
import { Hall } from "./pages/Hall.ts";
import { Server } from "./server.ts";
import { until } from "./until.ts";

// Sìn Hồ shares a tab of its browser, the main site looks at it.
const main = { site: "UBND tỉnh Lai Châu", colour: "blue", pitch: 500 } as const;
const sinHo = { site: "Sìn Hồ", colour: "red", pitch: 1100 } as const;
const slides = { title: "KT-XH tháng 11", colour: "#e0e000" } as const;
const size = { width: 1600, height: 900 } as const;

let server: Server;
let desk: Console;
let atMain: Hall;
let atSinHo: Hall;

beforeAll(async () => {
  server = await Server.start();
  desk = await Console.open(server);
  atMain = await Hall.open(server.hall(main.site), main);
  atSinHo = await Hall.open(server.hall(sinHo.site), sinHo, { shares: "KT-XH" });
  for (const hall of [atMain, atSinHo]) await hall.passCheck();
  await desk.openSession();
  for (const hall of [atMain, atSinHo]) await hall.join();
});

afterAll(async () => {
  await atMain?.close();
  await atSinHo?.close();
  await desk?.close();
  await server?.close();
});

test("a hall shares its screen, the operator finds it and puts it on stage: the others see it at full size", async () => {
  await atSinHo.present(slides.title, slides.colour, size);
  await atSinHo.shareScreen();
  await desk.tile("Sìn Hồ").getByRole("button", { name: "Màn hình – Sìn Hồ" }).waitFor();
  await desk.putOnStage("man hinh");
  await atMain.sees("yellow");
  await until("900 lines", async () => (await atMain.lines()) === size.height);
  await atMain.page.getByText("Màn hình – Sìn Hồ").waitFor();
  await desk.sees("yellow");
  await atSinHo.sees("yellow"); // its own, from its own browser
});

// The main site stands in the first cell of NEXT: the screen goes to the free one, and then the camera to the main one.
const [cameraCell, screenCell] = [0, 1];

test("its camera is there beside it", async () => {
  await desk.layout("2");
  await desk.tile("Sìn Hồ").getByRole("button", { name: "Màn hình – Sìn Hồ" }).click();
  await desk.page.keyboard.press("/");
  await desk.page.keyboard.type("sin ho");
  await desk.page.keyboard.press("Enter");
  await desk.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await desk.page.keyboard.press("Enter");
  await atMain.sees("yellow", screenCell);
  await atMain.sees("red", cameraCell);
});

test("a hall whose media comes back still shares, in its cell", async () => {
  await atSinHo.page.evaluate(() => {
    for (const peer of (window as unknown as { peers: RTCPeerConnection[] }).peers) peer.close();
  });
  await until("another connection", () =>
    atSinHo.page.evaluate(() =>
      (window as unknown as { peers: RTCPeerConnection[] }).peers.some(
        ({ connectionState }) => connectionState === "connected",
      ),
    ),
  );
  await atMain.nextFrame(screenCell);
  await atMain.sees("yellow", screenCell);
});

test("it stops: the cell shows its cover, the camera goes on", async () => {
  await atSinHo.stopSharing();
  await atMain.page.locator(`[data-cell="${screenCell}"]`).getByText("không còn chia sẻ màn hình").waitFor();
  await atMain.sees("dark", screenCell);
  await atMain.sees("red", cameraCell);
  await desk.tile("Sìn Hồ").getByRole("button", { name: "Màn hình – Sìn Hồ" }).waitFor({ state: "detached" });
});

test("the operator stops it too, and a reloaded page shares nothing any more", async () => {
  await atSinHo.shareScreen();
  await atMain.sees("yellow", screenCell);
  await desk.tile("Sìn Hồ").getByRole("button", { name: "Sìn Hồ", exact: true }).click();
  await desk.page.getByRole("button", { name: "Dừng chia sẻ" }).click();
  await atSinHo.page.getByRole("button", { name: "Chia sẻ màn hình" }).waitFor({ state: "attached" });
  await atMain.sees("dark", screenCell);
  await atSinHo.shareScreen();
  await atMain.sees("yellow", screenCell);
  await atSinHo.page.reload();
  await atMain.sees("dark", screenCell);
  await atMain.sees("red", cameraCell);
  expect(await atSinHo.page.getByRole("button", { name: "Dừng chia sẻ" }).count()).toBe(0);
});
