import { afterAll, beforeAll, expect, test } from "vitest";
import { BadLine } from "./badLine.ts";
import { Console } from "./pages/Console.ts";
import { Hall } from "./pages/Hall.ts";
import { Playback } from "./playback.ts";
import { Server } from "./server.ts";
import { until } from "./until.ts";

// Sìn Hồ has a camera of 720 lines and a line that can become thin; the main site looks at it.
const main = { site: "UBND tỉnh Lai Châu", colour: "blue", pitch: 500 } as const;
const sinHo = { site: "Sìn Hồ", colour: "red", pitch: 1100 } as const;

let line: BadLine;
let server: Server;
let desk: Console;
let atMain: Hall;
let atSinHo: Hall;

beforeAll(async () => {
  line = await BadLine.open();
  server = await Server.start();
  desk = await Console.open(server);
  atMain = await Hall.open(server.hall(main.site), main);
  atSinHo = await Hall.open(server.hall(sinHo.site).replace("localhost", line.serverAddress), sinHo, {
    executable: line.chromium(),
    size: { width: 1280, height: 720, rate: 15, grain: true },
  });
  for (const hall of [atMain, atSinHo]) await hall.passCheck();
  await desk.openSession();
  for (const hall of [atMain, atSinHo]) await hall.join();
  await desk.putOnStage("sin ho");
  await atMain.sees("red");
});

afterAll(async () => {
  await atMain?.close();
  await atSinHo?.close();
  await desk?.close();
  await server?.close();
  await line?.close();
});

/** How many lines Chromium then gives it is its own affair: it makes pictures smaller that are too coarse. */
const sendsLargest = async () => {
  const before = (await atSinHo.encoded())["f"] ?? 0;
  await until("the largest size", async () => ((await atSinHo.encoded())["f"] ?? 0) > before, 120_000);
};

test("a camera of 720 lines on a thin line is sent in half the size, and moves", async () => {
  await sendsLargest();
  const playback = await Playback.of(atMain);
  const wide = await playback.measure(5);
  await line.tell("up rate 250 queue 300");
  await until("at most half of them", async () => (await atMain.lines()) <= 360, 60_000);
  await atMain.sees("red");
  const thin = await playback.measure(15);
  expect(thin.framesPerSecond).toBeGreaterThan(wide.framesPerSecond / 2);
  expect(thin.stalled).toBeLessThan(0.2);
}, 240_000);

test("its largest size is sent again when its line is wide", async () => {
  await line.tell("up rate 0");
  await sendsLargest();
  await atMain.sees("red");
}, 180_000);
