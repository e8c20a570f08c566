import { afterAll, beforeAll, expect, test } from "vitest";
import { BadLine } from "./badLine.ts";
import { Console } from "./pages/Console.ts";
import { Hall } from "./pages/Hall.ts";
import { nameOf } from "./recording.ts";
import { Server } from "./server.ts";
import { until } from "./until.ts";

// A hall on a poor line gets the stage as one small picture, on the connection that it has.
const main = { site: "UBND tỉnh Lai Châu", colour: "blue", pitch: 500 } as const;
const sinHo = { site: "Sìn Hồ", colour: "red", pitch: 1100 } as const;
const tamDuong = { site: "Tam Đường", colour: "green", pitch: 1900 } as const;

let line: BadLine;
let server: Server;
let desk: Console;
const halls: Hall[] = [];
const open: { close(): unknown }[] = [];
const keep = <T extends { close(): unknown }>(one: T): T => {
  open.push(one);
  return one;
};
const hall = (index: number): Hall => halls[index] as Hall;

beforeAll(async () => {
  line = keep(await BadLine.open());
  server = keep(await Server.start());
  desk = keep(await Console.open(server));
  for (const one of [main, sinHo]) halls.push(keep(await Hall.open(server.hall(one.site), one)));
  const url = server.hall(tamDuong.site).replace("localhost", line.serverAddress);
  halls.push(keep(await Hall.open(url, tamDuong, { executable: line.chromium() })));
  for (const one of halls) await one.passCheck();
  await desk.openSession();
  for (const one of halls) await one.join();
  const cells = await Promise.all(
    [main, sinHo].map(async ({ site }) => ({ source: { type: "camera", site: await server.site(site) } })),
  );
  await server.command({ type: "stage_scene", scene: { layout: "side_by_side", cells } });
  await hall(2).sees("blue", 0);
  await hall(2).sees("red", 1);
});

afterAll(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

async function choose(feed: string, site: string = tamDuong.site): Promise<void> {
  await desk.tile(site).locator(".tile-button").click();
  await desk.page.getByRole("button", { name: feed, exact: true }).click();
}

/** A hall's one picture: the size, and the colours left and right of the middle. */
async function program(of = hall(2)) {
  const { size, sides } = await of.page.evaluate(() => {
    const video = document.querySelector<HTMLVideoElement>('[data-program="true"] video');
    if (!video || video.videoWidth === 0) return { size: "", sides: [] };
    const canvas = document.createElement("canvas");
    canvas.width = 640;
    canvas.height = 360;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen?.drawImage(video, 0, 0, 640, 360);
    return {
      size: `${video.videoWidth}x${video.videoHeight}`,
      sides: [160, 480].map((x) => [...(pen?.getImageData(x, 180, 1, 1).data ?? [])].slice(0, 3)),
    };
  });
  return { size, sides: sides.map(nameOf) };
}

const connection = () =>
  hall(2).page.evaluate(() => {
    const { peers } = window as unknown as { peers: RTCPeerConnection[] };
    return peers.filter((one) => one.connectionState === "connected").length * 100 + peers.length;
  });

/** What was to be seen in the first cell from now on until that is through: frames of the screen without a picture. */
async function darkWhile(of: Hall, what: () => Promise<void>): Promise<number> {
  await of.page.evaluate(() => {
    const watch = Object.assign(window, { dark: 0, watching: true });
    const look = () => {
      const cell = document.querySelector('[data-cell="0"]');
      if (cell?.querySelector(".cover") || !cell?.querySelector("video")?.videoWidth) ++watch.dark;
      if (watch.watching) requestAnimationFrame(look);
    };
    look();
  });
  await what();
  return of.page.evaluate(() => Object.assign(window as unknown as { dark: number }, { watching: false }).dark);
}

/** By all its connections: pictures decoded, seconds frozen, samples of sound and those made up of them. */
const received = (of: Hall) =>
  of.page.evaluate(async () => {
    const { peers } = window as unknown as { peers: RTCPeerConnection[] };
    const sum = { pictures: 0, frozen: 0, samples: 0, concealed: 0 };
    for (const peer of peers)
      for (const stat of (await peer.getStats()).values()) {
        if (stat.type !== "inbound-rtp") continue;
        sum.pictures += stat.framesDecoded ?? 0;
        sum.frozen += stat.totalFreezesDuration ?? 0;
        sum.samples += stat.totalSamplesReceived ?? 0;
        sum.concealed += (stat.concealedSamples ?? 0) - (stat.silentConcealedSamples ?? 0);
      }
    return sum;
  });

test("the operator sends a hall the stage as one small picture, with the voices as ever", async () => {
  const before = await connection();
  await desk.openMicrophone(sinHo.site);
  const dark = await darkWhile(hall(2), async () => {
    await choose("Một hình gộp");
    await until("the one picture", async () => {
      const { size, sides } = await program();
      return size === "640x360" && sides[0] === "blue" && sides[1] === "red";
    });
  });
  expect(dark, "frames of the screen without a picture").toBe(0);
  expect(await hall(2).page.locator("[data-program] video").count()).toBe(1);
  await hall(2).hears([sinHo.pitch]);
  await desk.tile(tamDuong.site).getByText("hình gộp").waitFor();
  expect(await connection(), "the connection that it had").toBe(before);
  // What changes on stage changes in it.
  await desk.putOnStage("sin ho");
  await until("the other scene", async () => (await program()).sides.every((side) => side === "red"));
});

test("a line of 500 kbit/s carries it without a stop", async () => {
  // Where one machine encodes and draws everything, it stops at times for all: a hall on a good line tells.
  await choose("Một hình gộp", main.site);
  await until("the one picture of a good line", async () => (await program(hall(0))).sides[0] === "red");
  await line.tell("both delay 25");
  await line.tell("down rate 500 queue 300");
  const since = Date.now();
  await until("what was sent before is through", () => Date.now() - since > 5000);
  const before = await received(hall(2));
  const beforeAtMain = await received(hall(0));
  await until("ten seconds of it", () => Date.now() - since > 15_000);
  const after = await received(hall(2));
  const atMain = (await received(hall(0))).frozen - beforeAtMain.frozen;
  console.log(`FIGURE frozen of 10 s: ${after.frozen - before.frozen} s, on a good line ${atMain} s`);
  // 15, or 7.5 while the line is not yet known to carry more.
  expect((after.pictures - before.pictures) / 10).toBeGreaterThan(6.5);
  expect(after.frozen - before.frozen - atMain).toBeLessThan(1);
  expect((after.concealed - before.concealed) / (after.samples - before.samples)).toBeLessThan(0.02);
  await line.tell("both clear");
  await choose("Đủ các hình", main.site);
});

test("and gives it all pictures again", async () => {
  const dark = await darkWhile(hall(2), async () => {
    await choose("Đủ các hình");
    await hall(2).page.locator('[data-program="false"]').waitFor();
    await hall(2).sees("red", 0);
  });
  expect(dark, "frames of the screen without a picture").toBe(0);
  await desk.tile(tamDuong.site).getByText("hình gộp").waitFor({ state: "detached" });
});
