import { afterAll, beforeAll, expect, test } from "vitest";
import { Console } from "./pages/Console.ts";
import { Hall } from "./pages/Hall.ts";
import { Server } from "./server.ts";
import { until } from "./until.ts";

// Sìn Hồ has a camera of 720 lines; the main site looks at it.
const main = { site: "UBND tỉnh Lai Châu", colour: "blue", pitch: 500 } as const;
const sinHo = { site: "Sìn Hồ", colour: "red", pitch: 1100 } as const;

let server: Server;
let desk: Console;
let atMain: Hall;
let atSinHo: Hall;

beforeAll(async () => {
  server = await Server.start();
  desk = await Console.open(server);
  atMain = await Hall.open(server.hall(main.site), main);
  atSinHo = await Hall.open(server.hall(sinHo.site), sinHo, { size: { width: 1280, height: 720 } });
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

test("a full screen gets the large picture", async () => {
  await desk.putOnStage("sin ho");
  await atMain.sees("red");
  await until("720 lines", async () => (await atMain.lines()) === 720);
});

test("a small cell gets the small picture, and the large one is not encoded any more", async () => {
  await desk.putInNext("sin ho");
  await desk.layout("5");
  await desk.page.keyboard.press("Enter");
  await until("180 lines", async () => (await atMain.lines()) === 180);
  await atMain.sees("red");
  await until("only the small size", async () => {
    const before = await atSinHo.encoded();
    await atMain.nextFrame(0);
    await atMain.nextFrame(0);
    const after = await atSinHo.encoded();
    return after["f"] === before["f"] && (after["q"] ?? 0) > (before["q"] ?? 0);
  });
});

test("a hall that nobody sees sends no picture, and is back when it is wanted", async () => {
  await desk.putOnStage("ubnd tinh");
  await atSinHo.sees("blue");
  // NEXT still holds it: it must be ready for a cut.
  await desk.putInNext("ubnd tinh");
  await until("no size at all", async () => {
    const before = await atSinHo.encoded();
    await atSinHo.nextFrame(0);
    await atSinHo.nextFrame(0);
    const after = await atSinHo.encoded();
    return Object.keys(after).every((rid) => after[rid] === before[rid]);
  });
  await desk.putOnStage("sin ho");
  await atMain.sees("red");
  expect(Object.keys(await atSinHo.encoded()).sort()).toEqual(["f", "h", "q"]);
});
