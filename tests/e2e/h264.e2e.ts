import { afterAll, beforeAll, expect, test } from "vitest";
import { Namespace } from "./namespace.ts";
import { Console } from "./pages/Console.ts";
import { Hall } from "./pages/Hall.ts";
import { watch } from "./recording.ts";
import { audible } from "./senses.ts";
import { Server } from "./server.ts";
import { until } from "./until.ts";
import { Webrtcbin } from "./webrtcbin.ts";

// The main site and Tam Đường in browsers, Sìn Hồ with a room system that has H.264 only: x264 and webrtcbin.
const main = { site: "UBND tỉnh Lai Châu", colour: "blue", pitch: 500 } as const;
const sinHo = { site: "Sìn Hồ", colour: "red", pitch: 1100 } as const;
const tamDuong = { site: "Tam Đường", colour: "green", pitch: 1900 } as const;

let network: Namespace;
let server: Server;
let desk: Console;
let atMain: Hall;
let atTamDuong: Hall;
let roomSystem: Webrtcbin;

beforeAll(async () => {
  network = new Namespace();
  server = await Server.start();
  desk = await Console.open(server);
  atMain = await Hall.open(server.hall(main.site), main);
  atTamDuong = await Hall.open(server.hall(tamDuong.site), tamDuong);
  for (const hall of [atMain, atTamDuong]) await hall.passCheck();
  await desk.openSession();
  for (const hall of [atMain, atTamDuong]) await hall.join();
  roomSystem = await Webrtcbin.publish(
    server,
    network,
    server.whip(sinHo.site),
    "e00000",
    sinHo.pitch,
    "H264",
  );
});

afterAll(async () => {
  await roomSystem?.close();
  await atMain?.close();
  await atTamDuong?.close();
  await desk?.close();
  await server?.close();
  network?.close();
});

test("a room system with H.264 is seen beside a browser's VP8, in one scene", async () => {
  await desk.layout("2");
  for (const [cell, typed] of [
    [1, "sin ho"],
    [2, "tam duong"],
  ] as const) {
    await desk.page.getByRole("button", { name: `Ô ${cell}:` }).click();
    await desk.page.keyboard.press("/");
    await desk.page.keyboard.type(typed);
    await desk.page.keyboard.press("Enter");
  }
  await desk.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await desk.page.keyboard.press("Enter");
  await atMain.sees("red", 0);
  await atMain.sees("green", 1);
  await desk.sees("red", 0);
  expect(await atMain.lines(0)).toBe(360);
  await until("its picture on the wall", async () => (await desk.tileColour(sinHo.site)) === "red");
});

test("one slot goes from one codec to the other and back", async () => {
  await desk.putOnStage("tam duong");
  await atMain.sees("green");
  await desk.putOnStage("sin ho");
  await atMain.sees("red");
  await atTamDuong.sees("red");
  await desk.putOnStage("tam duong");
  await atMain.sees("green");
});

test("the recording shows it", async () => {
  await desk.putOnStage("sin ho");
  await atMain.sees("red");
  await desk.openMicrophone("Sìn Hồ");
  await atMain.hears([sinHo.pitch]);
  const since = Date.now();
  await until("some seconds of it on record", () => Date.now() - since > 4000);
  await desk.end();
  const recording = await until("the finished recording", async () => {
    const answer = await desk.page.request.get(`${server.links.base}/api/meetings/${server.links.meeting}`);
    const { recordings } = (await answer.json()) as { recordings: { id: number; state: string }[] };
    return recordings.find(({ state }) => state === "ready");
  });
  const url = `${server.links.base}/api/recordings/${recording.id}/file`;
  const { duration } = await watch(desk.page, url, 0, []);
  const last = await watch(desk.page, url, duration - 2.5, [sinHo.pitch]);
  expect(last.colour).toBe("red");
  expect(last.pitches[sinHo.pitch]).toBeGreaterThan(audible);
});
