import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { context, launch } from "./browser.ts";
import { root } from "./server.ts";
import { median, until } from "./until.ts";

// What one session's film costs beside gst-launch-1.0 with the same graph, and what kill -9 leaves of it.
const port = 24_000;
const sites = 9;
const voices = 3;
const seconds = Number(process.env["WINDOW"] ?? 20);
const kills = Number(process.env["KILLS"] ?? 20);

const folder = mkdtempSync(join(tmpdir(), "diemcau-film-"));
let sender: ChildProcess;
let browser: Browser;
let page: Page;
let files: Server;

function launchGst(words: string): ChildProcess {
  return spawn("gst-launch-1.0", ["-q", ...words.split(/\s+/).filter(Boolean)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}

async function end(process: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const over = once(process, "exit");
  process.kill(signal);
  await over;
}

/** Seconds of processor that a process has used. */
function used(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

beforeAll(async () => {
  const ports = (odd: number, count: number) =>
    Array.from({ length: count }, (_, i) => `127.0.0.1:${port + 2 * i + odd}`).join(",");
  sender = launchGst(
    `videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=360,framerate=25/1
     ! vp8enc deadline=1 cpu-used=-12 threads=1 target-bitrate=600000 keyframe-max-dist=50
     ! rtpvp8pay mtu=1150 picture-id-mode=2 ! multiudpsink clients=${ports(0, sites)} sync=false
     audiotestsrc is-live=true wave=ticks ! audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay
     ! multiudpsink clients=${ports(1, voices)} sync=false`,
  );
  const name = launchGst(
    `videotestsrc num-buffers=1 ! video/x-raw,format=RGBA,width=190,height=34 ! pngenc ! filesink location=${join(folder, "name.png")}`,
  );
  await once(name, "exit");
  browser = await launch();
  page = await (await context(browser)).newPage();
  // Ranges, as our own server answers them.
  files = createServer((request, response) => {
    const path = join(folder, request.url?.slice(1) ?? "");
    if (!request.url?.endsWith(".mp4")) return response.end("<!doctype html>");
    const size = statSync(path).size;
    const [, from = "0", to = ""] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? "") ?? [];
    const last = to === "" ? size - 1 : Number(to);
    response.writeHead(206, {
      "content-type": "video/mp4",
      "accept-ranges": "bytes",
      "content-length": last - Number(from) + 1,
      "content-range": `bytes ${from}-${last}/${size}`,
    });
    return createReadStream(path, { start: Number(from), end: last }).pipe(response);
  }).listen(0, "127.0.0.1");
  await once(files, "listening");
  await page.goto(address());
});

afterAll(async () => {
  files?.close();
  await browser?.close();
  if (sender) await end(sender, "SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

function address(file = ""): string {
  const listening = files.address();
  if (listening === null || typeof listening === "string") throw new Error("no address");
  return `http://127.0.0.1:${listening.port}/${file}`;
}

async function ours(file: string, layout: string): Promise<ChildProcess> {
  const film = spawn(
    join(root, "build/tests/load/film"),
    [join(folder, file), layout, String(port), String(sites), String(voices)],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  let said = "";
  film.stdout?.on("data", (part) => (said += part));
  await until("the film to begin", () => said.includes("begun"));
  return film;
}

/**
 * The same by hand: what the layout does not show is not decoded there either. Names are pictures laid over it. The
 * compositor gives a picture that is late the time of the one before, of which the parser takes it away and mp4mux then
 * ends; ours sets such times right, videorate leaves the picture out.
 */
function byHand(file: string, layout: string, names: boolean): ChildProcess {
  const shown = layout === "single" ? 1 : sites;
  const [width, height] = layout === "single" ? [1280, 720] : [426, 240];
  const cells = Array.from({ length: shown }, (_, i) => i);
  return launchGst(
    `compositor name=c background=black max-threads=1 force-live=true min-upstream-latency=200000000
     ${cells.map((i) => `sink_${i}::xpos=${(i % 3) * width} sink_${i}::ypos=${Math.floor(i / 3) * height} sink_${i}::width=${width} sink_${i}::height=${height}`).join(" ")}
     ! videorate drop-only=true ! video/x-raw,format=I420,width=1280,height=720,framerate=25/1
     ${names ? cells.map((i) => `! gdkpixbufoverlay location=${join(folder, "name.png")} offset-x=${(i % 3) * width + 10} offset-y=${Math.floor(i / 3) * height + 190}`).join(" ") : ""}
     ! queue ! x264enc tune=zerolatency speed-preset=superfast bitrate=2000 key-int-max=50 threads=1
     ! video/x-h264,profile=main ! h264parse ! queue ! mp4mux name=m fragment-duration=1000 streamable=true
     ! filesink location=${join(folder, file)} buffer-mode=unbuffered sync=false async=false
     audiomixer name=a force-live=true min-upstream-latency=200000000 output-buffer-duration=20000000
     ! audio/x-raw,format=F32LE,rate=48000,channels=2,layout=interleaved ! queue ! rglimiter ! audioconvert
     ! avenc_aac bitrate=96000 ! aacparse ! queue ! m.
     ${cells.map((i) => `udpsrc address=127.0.0.1 port=${port + 2 * i} caps=application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,payload=96 ! rtpjitterbuffer latency=80 ! rtpvp8depay ! vp8dec threads=1 ! queue max-size-buffers=3 leaky=downstream ! c.sink_${i}`).join(" ")}
     ${Array.from({ length: voices }, (_, i) => `udpsrc address=127.0.0.1 port=${port + 2 * i + 1} caps=application/x-rtp,media=audio,encoding-name=OPUS,clock-rate=48000,payload=96 ! rtpjitterbuffer latency=80 ! rtpopusdepay ! opusdec plc=true ! audioconvert ! audioresample ! queue ! a.`).join(" ")}`,
  );
}

/** Cores in use over a window that begins when it has settled. */
async function cores(process: ChildProcess): Promise<number> {
  const pid = process.pid ?? 0;
  const started = Date.now();
  await until("it to settle", () => Date.now() - started > 4000);
  const [before, from] = [used(pid), performance.now()];
  await until(
    "the window",
    () => {
      if (process.exitCode !== null) throw new Error(`it ended with ${process.exitCode}`);
      return performance.now() - from > seconds * 1000;
    },
    seconds * 2000,
  );
  return (used(pid) - before) / ((performance.now() - from) / 1000);
}

async function coresByHand(file: string, layout: string, names: boolean): Promise<number> {
  const process = byHand(file, layout, names);
  try {
    return await cores(process);
  } finally {
    await end(process, "SIGKILL");
  }
}

for (const layout of ["grid_3x3", "single"])
  test(`cores of one session: ${layout}`, async () => {
    const found: Record<"ours" | "named" | "bare", number[]> = { ours: [], named: [], bare: [] };
    // In turn, so that whatever else the machine does falls on all.
    for (let round = 0; round < 3; ++round) {
      const film = await ours(`ours-${layout}-${round}.mp4`, layout);
      found.ours.push(await cores(film));
      await end(film, "SIGKILL");
      for (const kind of ["named", "bare"] as const)
        found[kind].push(await coresByHand(`${kind}-${layout}-${round}.mp4`, layout, kind === "named"));
    }
    const [own, named, bare] = [median(found.ours), median(found.named), median(found.bare)];
    console.log(
      `FIGURE cores, ${layout}: ours ${own.toFixed(3)}; gst-launch with names ${named.toFixed(3)} (ratio ${(own / named).toFixed(2)}), without ${bare.toFixed(3)} (ratio ${(own / bare).toFixed(2)})`,
    );
  });

test("kill -9 at random moments", async () => {
  const losses: number[] = [];
  for (let i = 0; i < kills; ++i) {
    const file = `killed-${i}.mp4`;
    const film = await ours(file, "grid_3x3");
    const [begun, length] = [Date.now(), 2000 + Math.random() * 6000];
    await until("the first second on the disk", () => statSync(join(folder, file)).size > 20_000);
    await until("the moment", () => Date.now() - begun > length);
    await end(film, "SIGKILL");
    const lasted = (Date.now() - begun) / 1000;
    const duration = await page.evaluate(async (url) => {
      const video = document.createElement("video");
      video.muted = true;
      const event = (name: string) =>
        new Promise<void>((done, fail) => {
          video.addEventListener(name, () => done(), { once: true });
          video.addEventListener("error", () => fail(new Error(video.error?.message)), { once: true });
        });
      const loaded = event("loadeddata");
      video.src = url;
      await loaded;
      const sought = event("seeked");
      video.currentTime = video.duration * 0.6;
      await sought;
      const ended = event("ended");
      await video.play();
      await ended;
      return video.duration;
    }, address(file));
    losses.push(lasted - duration);
  }
  const sorted = [...losses].sort((a, b) => a - b).map((loss) => loss.toFixed(2));
  console.log(
    `FIGURE kill -9: ${losses.length} of ${kills} play and seek; lost at the end, s: median ${median(losses).toFixed(2)}, maximum ${sorted.at(-1)} [${sorted.join(" ")}]`,
  );
  expect(losses.length).toBe(kills);
});
