import { afterAll, beforeAll, expect, test } from "vitest";
import { Console } from "./pages/Console.ts";
import { Hall } from "./pages/Hall.ts";
import { Server } from "./server.ts";
import { until } from "./until.ts";

// What a person who tries the program alone sees: halls that join by themselves, with a picture and a voice.
let server: Server;
let desk: Console;
let person: Hall;

beforeAll(async () => {
  server = await Server.start(() => undefined, ["--halls", "2"]);
  desk = await Console.open(server);
  person = await Hall.open(server.hall("UBND tỉnh Lai Châu"), {
    colour: "blue",
    pitch: 500,
  });
});

afterAll(async () => {
  await person?.close();
  await desk?.close();
  await server?.close();
});

/** The hall's red cloth with its name, upper left in its picture. */
const cloth = () =>
  person.page.evaluate(() => {
    const video = document.querySelector<HTMLVideoElement>('[data-cell="0"] video');
    if (!video?.videoWidth || document.querySelector('[data-cell="0"] .cover')) return false;
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen?.drawImage(video, 0, 0);
    const [red = 0, green = 0, blue = 0] =
      pen?.getImageData(canvas.width * 0.1, canvas.height * 0.08, 1, 1).data ?? [];
    return red > 140 && green < 70 && blue < 80;
  });

/** Frames of the main cell so far. */
const frames = () =>
  person.page.evaluate(
    () =>
      document.querySelector<HTMLVideoElement>('[data-cell="0"] video')?.getVideoPlaybackQuality()
        .totalVideoFrames ?? 0,
  );

test("the demonstration's halls join as soon as the session is open, and are seen", async () => {
  await person.passCheck();
  await desk.openSession();
  await desk.present(2);
  await person.join();
  await desk.putOnStage("tam duong");
  await until("the picture of a demonstration's hall", cloth);
  const before = await frames();
  await until("a picture that moves", async () => (await frames()) > before + 30);
});

test("the operator's wall has their pictures", () =>
  until("a picture on its tile", async () => (await desk.tileColour("Tam Đường")) !== "dark"));

test("one hears what is said in them", async () => {
  await desk.openMicrophone("Tam Đường");
  await until("a voice", () =>
    person.page.evaluate(async () => {
      const { peers } = window as unknown as { peers: RTCPeerConnection[] };
      for (const peer of peers)
        for (const stat of (await peer.getStats()).values())
          if (stat.type === "inbound-rtp" && stat.kind === "audio" && stat.audioLevel > 0.02) return true;
      return false;
    }),
  );
});

test("a person who opens such a hall's link takes its place, and keeps it", async () => {
  const taker = await Hall.open(server.hall("Tam Đường"), { colour: "green", pitch: 1900 });
  try {
    await taker.page.getByRole("button", { name: "Dùng máy này thay thế" }).click();
    await taker.passCheck();
    await taker.join();
    await person.sees("green");
    // It would have come back after five seconds.
    const since = Date.now();
    await until("six seconds", async () => {
      expect(await person.colour()).toBe("green");
      return Date.now() - since > 6000;
    });
  } finally {
    await taker.close();
  }
});
