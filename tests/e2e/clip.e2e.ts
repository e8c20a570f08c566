import { afterAll, beforeAll, expect, test } from "vitest";
import { makeFilm } from "./film.ts";
import { Console } from "./pages/Console.ts";
import { Hall } from "./pages/Hall.ts";
import { Server } from "./server.ts";

// A film of twenty seconds: yellow, then red. One hall watches it.
const main = { site: "UBND tỉnh Lai Châu", colour: "blue", pitch: 500 } as const;
const filmPitch = 2700;

let server: Server;
let desk: Console;
let hall: Hall;

beforeAll(async () => {
  const film = makeFilm(filmPitch, 20, "0xffe00000");
  server = await Server.start();
  desk = await Console.open(server);
  hall = await Hall.open(server.hall(main.site), main);
  await hall.passCheck();
  await desk.openSession();
  await hall.join();
  await desk.addFilm(server, film);
});

afterAll(async () => {
  await hall?.close();
  await desk?.close();
  await server?.close();
});

test("a film that is cued stands at its first picture, silent, and plays at once", async () => {
  const film = desk.film();
  await desk.layout("1");
  await film.getByRole("button", { name: "Vào ô" }).click();
  await desk.page.keyboard.press("Enter");
  await film.getByRole("button", { name: "Chờ sẵn" }).click();
  await hall.sees("yellow");
  await hall.hears([], [filmPitch]);
  await film.getByText("00:00 / 00:20").waitFor();
  await film.getByRole("button", { name: "Chiếu", exact: true }).click();
  await hall.hears([filmPitch]);
});

test("it goes on from where the operator puts its handle", async () => {
  const handle = desk.film().getByRole("slider", { name: "Vị trí trong phim" });
  await handle.focus();
  // Let go once, at 12 s: from where each key is let go the film goes on, and at its end it would be over.
  const { keyboard } = desk.page;
  await keyboard.down("End");
  for (let second = 20; second > 12; --second) await keyboard.down("ArrowLeft");
  await keyboard.up("ArrowLeft");
  await keyboard.up("End");
  await hall.sees("red");
});

test("in a loop it begins anew, and ends when that is off", async () => {
  await desk.film().getByRole("button", { name: "Lặp lại" }).click();
  await hall.sees("yellow");
  await hall.hears([filmPitch]);
  await desk.film().getByRole("button", { name: "Lặp lại" }).click();
  await desk.film().getByRole("button", { name: "Chờ sẵn" }).waitFor();
  await hall.hears([], [filmPitch]);
  expect(await desk.film().getByRole("button", { name: "Chiếu", exact: true }).isEnabled()).toBe(true);
});
