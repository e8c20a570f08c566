import { loadavg } from "node:os";
import { afterEach, beforeEach, test } from "vitest";
import { BadLine } from "./badLine.ts";
import { Console } from "./pages/Console.ts";
import { Hall } from "./pages/Hall.ts";
import { type Figures, Playback } from "./playback.ts";
import { Server } from "./server.ts";

// LINES picks cases by a regular expression over their names ("^D 5 %"), WINDOW is the seconds that are measured.
const picked = new RegExp(process.env.LINES ?? "");
const window = Number(process.env.WINDOW ?? 40);
const settling = 8;

const watching = { site: "UBND tỉnh Lai Châu", colour: "blue", pitch: 500 } as const;
const publishing = { site: "Sìn Hồ", colour: "red", pitch: 1100 } as const;

interface Case {
  readonly name: string;
  /** Of the bad direction. */
  readonly line: string;
  /** ms, there and back. */
  readonly roundTrip: number;
  /** Most of voice concealed and of the picture stalled (%), least frames a second. */
  readonly aim: { voice: number; stall: number; fps?: number };
}

const cases: readonly Case[] = [
  { name: "good line", line: "", roundTrip: 0, aim: { voice: 0.3, stall: 0 } },
  { name: "5 % loss, 50 ms", line: "loss 5", roundTrip: 50, aim: { voice: 0.3, stall: 0.5 } },
  { name: "15 % loss, 50 ms", line: "loss 15", roundTrip: 50, aim: { voice: 1, stall: 3 } },
  {
    name: "2 % loss in bursts of 8, 50 ms",
    line: "loss 2 burst 8",
    roundTrip: 50,
    aim: { voice: 0.5, stall: 0.5 },
  },
  { name: "2 % loss, 300 ms", line: "loss 2", roundTrip: 300, aim: { voice: 0.3, stall: 2 } },
  { name: "jitter 100 ms, 50 ms", line: "jitter 100", roundTrip: 50, aim: { voice: 0.3, stall: 0 } },
  {
    name: "500 kbit/s, 50 ms",
    line: "rate 500 queue 300",
    roundTrip: 50,
    aim: { voice: 0.3, stall: 1, fps: 18 },
  },
  {
    name: "250 kbit/s, 50 ms",
    line: "rate 250 queue 300",
    roundTrip: 50,
    aim: { voice: 0.3, stall: 1, fps: 18 },
  },
];

function measured(name: string, run: () => Promise<void>): void {
  if (picked.test(name)) test(name, run);
}

let server: Server;
let lines: { watching: BadLine; publishing: BadLine };
const open: { close(): unknown }[] = [];
const keep = <T extends { close(): unknown }>(one: T): T => {
  open.push(one);
  return one;
};

const seconds = (count: number) => new Promise((over) => setTimeout(over, count * 1000));
const percent = (share: number) => (share * 100).toFixed(2);

beforeEach(async () => {
  lines = { watching: keep(await BadLine.open()), publishing: keep(await BadLine.open()) };
  server = keep(await Server.start());
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

const usual = { width: 640, height: 360, rate: 20, grain: true };
const large = { width: 1280, height: 720, rate: 20, grain: true };

async function hallAt(
  line: BadLine,
  of: typeof watching | typeof publishing,
  camera: typeof usual,
): Promise<Hall> {
  const hall = keep(
    await Hall.open(server.hall(of.site).replace("localhost", line.serverAddress), of, {
      executable: line.chromium(),
      screen: { width: 640, height: 360 },
      // Nobody sees the other camera.
      size: of === publishing ? camera : { width: 160, height: 90 },
    }),
  );
  await hall.passCheck();
  return hall;
}

/** Two halls at the far ends of good lines, one on stage with its microphone open; nothing else runs on this machine. */
async function session(camera = usual): Promise<{ watcher: Hall; publisher: Hall; playback: Playback }> {
  const desk = await Console.open(server);
  const [watcher, publisher] = [
    await hallAt(lines.watching, watching, camera),
    await hallAt(lines.publishing, publishing, camera),
  ];
  await desk.openSession();
  for (const hall of [publisher, watcher]) await hall.join();
  await desk.putOnStage("sin ho");
  await desk.stopRecording();
  await desk.openMicrophone(publishing.site);
  await watcher.sees("red");
  await watcher.hears([publishing.pitch]);
  await desk.close();
  return { watcher, publisher, playback: await Playback.of(watcher) };
}

/** Frames that its camera has sent so far, in the size that most are sent in. */
const largest = async (hall: Hall) => Math.max(...Object.values(await hall.encoded()));

interface Sent {
  readonly framesPerSecond: number;
  /** ms that a packet of the picture waited within its browser, on average: the picture is as late. */
  readonly waits: number;
}

async function measure(playback: Playback, publisher: Hall): Promise<{ got: Figures; sent: Sent }> {
  const [frames, before] = [await largest(publisher), await publisher.cameraWaits()];
  const got = await playback.measure(window);
  const after = await publisher.cameraWaits();
  const framesPerSecond = ((await largest(publisher)) - frames) / window;
  const waits = (after.waited - before.waited) / Math.max(1, after.packets - before.packets);
  return { got, sent: { framesPerSecond, waits } };
}

function print(name: string, { aim }: Case, { got, sent }: { got: Figures; sent: Sent }): void {
  const kept =
    got.concealed * 100 <= aim.voice &&
    got.stalled * 100 <= aim.stall &&
    got.framesPerSecond >= (aim.fps ?? 0);
  console.log(
    `FIGURE ${name}: voice ${percent(got.concealed)} % (${aim.voice}), stall ${percent(got.stalled)} % (${aim.stall}), ` +
      `${got.framesPerSecond.toFixed(1)} fps${aim.fps ? ` (${aim.fps})` : ""} of ${sent.framesPerSecond.toFixed(1)} sent, longest gap ${Math.round(got.longestGap)} ms, ` +
      `camera waits ${Math.round(sent.waits)} ms, voice waits ${Math.round(got.voiceWait)} ms, ${Math.round(got.bitrate)} kbit/s, ${got.keyframeRequests} PLI, load ${loadavg()[0]?.toFixed(1)}: ${kept ? "kept" : "MISSED"}`,
  );
}

// D: the line towards the hall that watches. U: the line away from the hall that is seen.
for (const [letter, side, bad] of [
  ["D", "watching", "down"],
  ["U", "publishing", "up"],
] as const) {
  for (const one of cases)
    measured(`${letter} ${one.name}`, async () => {
      const { playback, publisher } = await session();
      const line = lines[side];
      await line.tell(`both delay ${one.roundTrip / 2}`);
      if (one.line) await line.tell(`${bad} ${one.line}`);
      await seconds(settling);
      print(`${letter} ${one.name}`, one, await measure(playback, publisher));
    });

  measured(`${letter} cut`, async () => {
    const { playback } = await session();
    const line = lines[side];
    await line.tell("both delay 25");
    for (let i = 0; i < 3; ++i) {
      await seconds(settling);
      await line.tell("both cut on");
      await seconds(10);
      await line.tell("both cut off");
      const { picture, sound } = await playback.resumes(20_000);
      console.log(
        `FIGURE ${letter} cut for 10 s: picture back after ${(picture / 1000).toFixed(2)} s (0.6), ` +
          `sound after ${(sound / 1000).toFixed(2)} s (0.3), load ${loadavg()[0]?.toFixed(1)}`,
      );
    }
  });

  measured(`${letter} address`, async () => {
    const { playback } = await session();
    await seconds(settling);
    lines[side].changeAddress();
    const { longestGap } = await playback.measure(20);
    console.log(
      `FIGURE ${letter} another address in mid-call: longest gap ${(longestGap / 1000).toFixed(2)} s, load ${loadavg()[0]?.toFixed(1)}`,
    );
  });
}

// Most cameras: its size must follow its line.
for (const kbps of [250, 500])
  measured(`U 720 lines, ${kbps} kbit/s`, async () => {
    const { playback, publisher } = await session(large);
    await lines.publishing.tell("both delay 25");
    await lines.publishing.tell(`up rate ${kbps} queue 300`);
    await seconds(settling);
    const one = { name: "", line: "", roundTrip: 50, aim: { voice: 0.3, stall: 1, fps: 18 } };
    print(`U 720 lines, ${kbps} kbit/s, 50 ms`, one, await measure(playback, publisher));
  });

measured("U 720 lines become 250 kbit/s", async () => {
  const { playback } = await session(large);
  await lines.publishing.tell("both delay 25");
  await seconds(settling);
  await lines.publishing.tell("up rate 250 queue 300");
  const got = await playback.measure(20);
  console.log(
    `FIGURE U 720 lines become 250 kbit/s, first 20 s: voice ${percent(got.concealed)} %, stall ${percent(got.stalled)} %, ` +
      `${got.framesPerSecond.toFixed(1)} fps, longest gap ${Math.round(got.longestGap)} ms, load ${loadavg()[0]?.toFixed(1)}`,
  );
});

// After half a minute over a thin line: when its camera gives again four fifths of what its size may.
for (const [camera, most] of [
  [usual, 800],
  [large, 1500],
] as const)
  measured(`U ${camera.height} lines, 250 kbit/s become wide`, async () => {
    const { playback } = await session(camera);
    await lines.publishing.tell("both delay 25");
    await lines.publishing.tell("up rate 250 queue 300");
    await seconds(30);
    await lines.publishing.tell("up rate 0");
    const rates: number[] = [];
    while (rates.length < 30 && (rates.at(-1) ?? 0) < 0.8 * most)
      rates.push(Math.round((await playback.measure(2)).bitrate));
    console.log(
      `FIGURE U ${camera.height} lines, 250 kbit/s become wide: ${0.8 * most} kbit/s ${(rates.at(-1) ?? 0) < 0.8 * most ? "not " : ""}reached ` +
        `within ${2 * rates.length} s (${rates.join(" ")}), load ${loadavg()[0]?.toFixed(1)}`,
    );
  });

measured("program at 500 kbit/s", async () => {
  const { playback, publisher } = await session();
  await server.command({ type: "set_feed", site: await server.site(watching.site), feed: "program" });
  await lines.watching.tell("both delay 25");
  await lines.watching.tell("down rate 500 queue 300");
  await seconds(settling);
  const aim = { name: "", line: "", roundTrip: 50, aim: { voice: 0.3, stall: 1, fps: 13 } };
  print("the program at 500 kbit/s, 50 ms", aim, await measure(playback, publisher));
});

measured("UDP blocked", async () => {
  const { watcher } = await session();
  await watcher.leave();
  await lines.watching.tell("both udp off delay 25");
  for (let i = 0; i < 3; ++i) {
    const time = await watcher.joinTimed();
    console.log(`FIGURE UDP blocked, 50 ms: join to first frame ${Math.round(time)} ms over TCP`);
    await watcher.leave();
  }
});
