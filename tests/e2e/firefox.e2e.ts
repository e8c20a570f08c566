import { afterAll, beforeAll, expect, test } from "vitest";
import { Console } from "./pages/Console.ts";
import { FirefoxHall } from "./pages/FirefoxHall.ts";
import { Hall } from "./pages/Hall.ts";
import { Server } from "./server.ts";
import { until } from "./until.ts";

// The main site with Firefox, a district with Chromium.
const district = { site: "Tam Đường", colour: "green", pitch: 1900 } as const;

let server: Server;
let desk: Console;
let chromium: Hall;
let firefox: FirefoxHall;

beforeAll(async () => {
  server = await Server.start();
  desk = await Console.open(server);
  chromium = await Hall.open(server.hall(district.site), district);
  await chromium.passCheck();
  firefox = await FirefoxHall.open(server.hall("UBND tỉnh Lai Châu"));
  await firefox.press("Xong, vào phòng chờ");
  await desk.openSession();
  await chromium.join();
  await firefox.join();
});

afterAll(async () => {
  await firefox?.close();
  await chromium?.close();
  await desk?.close();
  await server?.close();
});

test("Firefox sees and hears a district", async () => {
  await desk.putOnStage("tam duong");
  await desk.openMicrophone("Tam Đường");
  await firefox.sees("green");
  // Without a sound card Firefox runs no AudioContext: which pitch it is, is not asked.
  await until("the district's voice", async () => (await firefox.connections()).level > 0.05);
});

test("its line is judged by what Firefox counts, and stays the one that it has", async () => {
  // Looked at every two seconds, renewed when nothing has come in between: 600 packets are twelve.
  await until("twelve seconds of a voice over one connection", async () => {
    const { made, voice } = await firefox.connections();
    expect(made).toBe(1);
    return voice > 600;
  });
});

test("a district sees and hears Firefox", async () => {
  await desk.putOnStage("ubnd tinh");
  await desk.openMicrophone("UBND tỉnh Lai Châu");
  await until("a picture", async () => (await chromium.colour()) !== "dark");
  await chromium.nextFrame(0);
  await chromium.hears([FirefoxHall.pitch]);
});
