import { afterAll, beforeAll, expect, test } from "vitest";
import { launch } from "./browser.ts";
import { Console } from "./pages/Console.ts";
import { Hall } from "./pages/Hall.ts";
import { Server } from "./server.ts";

// What stands in a film's place: the pages of a paper, and colour bars with their tone.
const main = { site: "UBND tỉnh Lai Châu", colour: "blue", pitch: 500 } as const;
const tone = 1000;

let server: Server;
let desk: Console;
let hall: Hall;

beforeAll(async () => {
  server = await Server.start();
  desk = await Console.open(server);
  hall = await Hall.open(server.hall(main.site), main);
  await hall.passCheck();
  await desk.openSession();
  await hall.join();
  await desk.addPaper(server, await paperOf(["red", "green", "yellow"]), "bao-cao.pdf");
  await desk.addPaper(server, Buffer.from(`%PDF-1.7\n${"hỏng ".repeat(500)}`), "hong.pdf");
  await desk.layout("1");
  await desk.film("Vạch màu và âm chuẩn").getByRole("button", { name: "Vào ô" }).click();
  await desk.page.keyboard.press("Enter");
});

afterAll(async () => {
  await hall?.close();
  await desk?.close();
  await server?.close();
});

/** A PDF with a page of each colour, as an office program prints it. */
async function paperOf(colours: readonly string[]): Promise<Uint8Array> {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const block = (colour: string) =>
      `<div style="background:${colour === "green" ? "lime" : colour};height:700px;break-after:page"></div>`;
    await page.setContent(`<body style="margin:0">${colours.map(block).join("")}`);
    return await page.pdf({ width: "1280px", height: "720px", printBackground: true, pageRanges: "1-3" });
  } finally {
    await browser.close();
  }
}

test("colour bars and their tone are seen and heard in a hall", async () => {
  const bars = desk.film("Vạch màu và âm chuẩn");
  await bars.getByRole("button", { name: "Phát" }).click();
  await hall.sees("green"); // the middle one of seven
  await hall.hears([tone]);
  await bars.getByRole("button", { name: "Dừng" }).click();
  await hall.hears([], [tone]);
});

test("a paper is shown page by page", async () => {
  const paper = desk.paper("bao-cao");
  await paper.getByRole("button", { name: "Chiếu" }).click();
  await hall.sees("red");
  await paper.getByText("1/3").waitFor();
  expect(await paper.getByRole("button", { name: "Trang trước" }).isDisabled()).toBe(true);
  await paper.getByRole("button", { name: "Trang sau" }).click();
  await hall.sees("green");
  await paper.getByRole("button", { name: "Trang sau" }).click();
  await hall.sees("yellow");
  await paper.getByText("3/3").waitFor();
  expect(await paper.getByRole("button", { name: "Trang sau" }).isDisabled()).toBe(true);
  await paper.getByRole("button", { name: "Trang trước" }).click();
  await hall.sees("green");
});

test("a broken paper is said to be one, and the session goes on", async () => {
  const paper = desk.paper("hong");
  await paper.getByRole("button", { name: "Chiếu" }).click();
  await paper.getByRole("alert").getByText("Không vẽ được trang này").waitFor();
  await desk.paper("bao-cao").getByRole("button", { name: "Chiếu" }).click();
  await hall.sees("red");
});

test("a hall that is played back to itself sees and hears itself, three seconds later", async () => {
  await hall.hears([], [main.pitch]);
  await desk.tile("UBND tỉnh Lai Châu").click();
  await desk.page.getByRole("button", { name: "Nghe lại mình" }).click();
  await hall.page.getByText("đang xem và nghe chính mình").waitFor();
  await hall.sees("blue");
  await hall.hears([main.pitch]);
  await desk.page.getByRole("button", { name: "Theo đường truyền" }).click();
  await hall.sees("red");
  await hall.hears([], [main.pitch]);
});
