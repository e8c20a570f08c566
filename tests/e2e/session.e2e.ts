import { afterAll, beforeAll, expect, test } from "vitest";
import { Console } from "./pages/Console.ts";
import { Hall } from "./pages/Hall.ts";
import { Server } from "./server.ts";

// The main site and two district halls in real browsers; each shows a colour and sounds a pitch of its own.
const main = { site: "UBND tỉnh Lai Châu", colour: "blue", pitch: 500 } as const;
const sinHo = { site: "Sìn Hồ", colour: "red", pitch: 1100 } as const;
const tamDuong = { site: "Tam Đường", colour: "green", pitch: 1900 } as const;

let server: Server;
let desk: Console;
const halls: Record<string, Hall> = {};

beforeAll(async () => {
  server = await Server.start();
  desk = await Console.open(server);
  for (const hall of [main, sinHo, tamDuong]) halls[hall.site] = await Hall.open(server.hall(hall.site), hall);
});

afterAll(async () => {
  for (const hall of Object.values(halls)) await hall.close();
  await desk?.close();
  await server?.close();
});

const hall = (of: { site: string }): Hall => halls[of.site] as Hall;

test("halls pass the check and wait until the session is opened", async () => {
  for (const one of Object.values(halls)) {
    await one.passCheck();
    expect(await one.page.getByRole("button", { name: "Vào phòng họp" }).isDisabled()).toBe(true);
  }
  await desk.openSession();
  for (const one of Object.values(halls)) await one.join();
});

test("everybody sees the hall that the operator puts on stage, and not the one before", async () => {
  await desk.putOnStage("sin ho");
  await hall(main).sees("red");
  await hall(tamDuong).sees("red");
  await desk.sees("red");
  await hall(sinHo).sees("red"); // its own camera
  await desk.putOnStage("tam duong");
  await hall(main).sees("green");
  await hall(sinHo).sees("green");
  await desk.sees("green");
});

test("an open microphone is heard by all others, a closed one by nobody", async () => {
  await desk.openMicrophone("Sìn Hồ");
  await hall(main).hears([sinHo.pitch], [main.pitch, tamDuong.pitch]);
  await hall(tamDuong).hears([sinHo.pitch], [main.pitch, tamDuong.pitch]);
  await hall(sinHo).hears([], [sinHo.pitch]);
  await desk.closeMicrophone("Sìn Hồ");
  await hall(main).hears([], [sinHo.pitch]);
});
