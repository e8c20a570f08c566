import { readFileSync } from "node:fs";
import { connect } from "node:net";
import type { Browser } from "playwright-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { context, launch } from "./browser.ts";
import { Namespace } from "./namespace.ts";
import { Console } from "./pages/Console.ts";
import { Hall } from "./pages/Hall.ts";
import { Server } from "./server.ts";
import { median, until } from "./until.ts";

const main = { site: "UBND tỉnh Lai Châu", colour: "blue", pitch: 500 } as const;
const sinHo = { site: "Sìn Hồ", colour: "red", pitch: 1100 } as const;
const tamDuong = { site: "Tam Đường", colour: "green", pitch: 1900 } as const;

let server: Server;
let desk: Console;
const open: { close(): unknown }[] = [];
const keep = <T extends { close(): unknown }>(one: T): T => {
  open.push(one);
  return one;
};

function print(what: string, values: readonly number[], unit = "ms"): void {
  const sorted = [...values].sort((a, b) => a - b).map((value) => Math.round(value));
  console.log(
    `FIGURE ${what}: median ${Math.round(median(values))} ${unit}, max ${sorted.at(-1)} ${unit}, n=${values.length} [${sorted.join(" ")}]`,
  );
}

beforeEach(async () => {
  server = await Server.start();
  desk = keep(await Console.open(server));
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
  await server.close();
});

/** Windows are small: no graphics card draws them here, but the two cores that all browsers and the server share. */
const hallOf = async (of: typeof main | typeof sinHo | typeof tamDuong) => {
  const hall = keep(await Hall.open(server.hall(of.site), of, { screen: { width: 960, height: 540 } }));
  await hall.passCheck();
  return hall;
};

test("switch", async () => {
  const [a, b, watcher] = [await hallOf(sinHo), await hallOf(tamDuong), await hallOf(main)];
  await desk.openSession();
  for (const hall of [a, b, watcher]) await hall.join();
  await desk.putOnStage("sin ho");
  await watcher.sees("red");
  const times: number[] = [];
  for (let i = 0; i < 20; ++i) {
    const [colour, name] = i % 2 ? (["red", "sin ho"] as const) : (["green", "tam duong"] as const);
    // NEXT holds the hall; the press of Enter is what is timed.
    await desk.putInNext(name);
    const seen = watcher.page.evaluate((wanted) => {
      const video = document.querySelector<HTMLVideoElement>('[data-cell="0"] video') as HTMLVideoElement;
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = 4;
      const pen = canvas.getContext("2d", { willReadFrequently: true });
      return new Promise<number>((done) => {
        const look = () => {
          pen?.drawImage(
            video,
            video.videoWidth / 4,
            video.videoHeight / 4,
            video.videoWidth / 2,
            video.videoHeight / 2,
            0,
            0,
            4,
            4,
          );
          const [red = 0, green = 0] = pen?.getImageData(2, 2, 1, 1).data ?? [];
          if (wanted === "red" ? red > 110 && green < 110 : green > 110 && red < 110)
            done(performance.timeOrigin + performance.now());
          else video.requestVideoFrameCallback(look);
        };
        video.requestVideoFrameCallback(look);
      });
    }, colour);
    await desk.page.evaluate(() => {
      const state = window as unknown as { pressed: number };
      addEventListener("keydown", () => (state.pressed = performance.timeOrigin + performance.now()), {
        capture: true,
        once: true,
      });
    });
    await desk.page.keyboard.press("Enter");
    const shown = await seen;
    times.push(shown - (await desk.page.evaluate(() => (window as unknown as { pressed: number }).pressed)));
    await watcher.sees(colour);
  }
  print("operator's key to first frame of the new hall in another hall", times);
});

test("join", async () => {
  const [a, b] = [await hallOf(sinHo), await hallOf(tamDuong)];
  let bytes = 0;
  const watcher = keep(await Hall.open("about:blank", main));
  watcher.page.on("response", async (response) => {
    const sizes = await response
      .request()
      .sizes()
      .catch(() => undefined);
    bytes += sizes ? sizes.responseBodySize + sizes.responseHeadersSize : 0;
  });
  await watcher.page.goto(server.hall(main.site));
  await desk.openSession();
  for (const hall of [a, b]) await hall.join();
  await desk.putOnStage("sin ho");
  await watcher.passCheck();
  const times: number[] = [await watcher.joinTimed()];
  console.log(`FIGURE bytes that the hall page loads before the first picture: ${bytes}`);
  while (times.length < 20) {
    await watcher.leave();
    times.push(await watcher.joinTimed());
  }
  print("join button to first decoded frame of the stage", times);
});

test("kill -9", async () => {
  const [a, watcher] = [await hallOf(sinHo), await hallOf(main)];
  await desk.openSession();
  for (const hall of [a, watcher]) await hall.join();
  await desk.putOnStage("sin ho");
  await watcher.sees("red");
  const times: number[] = [];
  for (let i = 0; i < 10; ++i) {
    await server.kill();
    const frames = Promise.all([watcher.nextFrame(0), desk.present(2)]);
    const started = server.launch();
    await until(
      "the port",
      () =>
        new Promise<boolean>((done) => {
          const socket = connect(server.port, "127.0.0.1", () => {
            socket.destroy();
            done(true);
          });
          socket.on("error", () => done(false));
        }),
    );
    const listening = Date.now();
    await started;
    await frames;
    await watcher.sees("red");
    times.push(Date.now() - listening);
  }
  print("server listens after kill -9 to halls back in session, same stage", times);
});

test("cut", async () => {
  const network = keep(new Namespace());
  await server.close();
  server = await Server.start();
  desk = keep(await Console.open(server));
  const watcher = await hallOf(main);
  const far = keep(
    await Hall.open(server.hall(sinHo.site).replace("localhost", network.serverAddress), sinHo, {
      executable: network.chromium(),
    }),
  );
  await far.passCheck();
  await desk.openSession();
  for (const hall of [far, watcher]) await hall.join();
  await desk.putOnStage("sin ho");
  await watcher.sees("red");
  const times: number[] = [];
  for (let i = 0; i < 10; ++i) {
    network.cut();
    const since = Date.now();
    await until("20 s", () => Date.now() - since > 20_000, 30_000);
    const frame = watcher.nextFrame(0);
    network.restore();
    times.push(await frame);
    await far.page.getByText("Mất đường truyền").waitFor({ state: "detached" });
  }
  print("line back after a cut of 20 s to the hall's next frame in another hall", times);
});

test("cost", async () => {
  const onStage = await hallOf(sinHo);
  const browser: Browser = keep(await launch());
  await desk.openSession();
  await onStage.join();
  await desk.putOnStage("sin ho");
  await desk.stopRecording();
  let viewers = 0;
  for (const hall of server.links.halls) {
    if (hall.site === sinHo.site) continue;
    const page = await (await context(browser, { width: 320, height: 180 })).newPage();
    await page.goto(hall.url);
    await page.getByRole("button", { name: "Xong, vào phòng chờ" }).click();
    await page.getByRole("button", { name: "Vào phòng họp" }).click();
    await page.locator("main.session").waitFor();
    viewers += 1;
  }
  expect(viewers).toBe(8);
  await desk.openMicrophone(sinHo.site);
  const ticks = () => {
    const fields = readFileSync(`/proc/${server.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return Number(fields[11]) + Number(fields[12]);
  };
  const packets = async () =>
    Number(
      /diemcau_media_packets_out_total(?:\{[^}]*\})? (\d+)/.exec((await server.fetch("/metrics")).body)?.[1],
    );
  const load: number[] = [];
  const each: number[] = [];
  for (let i = 0; i < 5; ++i) {
    const [before, sent, since] = [ticks(), await packets(), Date.now()];
    await until("10 s", () => Date.now() - since > 10_000, 20_000);
    const seconds = (Date.now() - since) / 1000;
    const cpu = (ticks() - before) / 100;
    load.push((cpu / seconds) * 100);
    each.push((cpu * 1e6) / ((await packets()) - sent));
  }
  console.log(
    `FIGURE CPU of the server, 1 hall on stage, 8 watching and the console: median ${median(load).toFixed(1)} % of a core [${load.map((x) => x.toFixed(1)).join(" ")}]`,
  );
  console.log(
    `FIGURE CPU per forwarded packet: median ${median(each).toFixed(1)} µs [${each.map((x) => x.toFixed(1)).join(" ")}]`,
  );
});
