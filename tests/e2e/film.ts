import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A real film (H.264 and AAC in MP4): yellow, its second half of another colour if one is given, with a steady tone. */
export function makeFilm(pitch: number, seconds = 20, second = "0xffe6e600"): string {
  const file = join(mkdtempSync(join(tmpdir(), "diemcau-film-")), "phim.mp4");
  const half = (colour: string) =>
    `videotestsrc num-buffers=${Math.floor(seconds * 12.5)} pattern=solid-color foreground-color=${colour} ! ` +
    "video/x-raw,width=640,height=360,framerate=25/1 ! c. ";
  const description =
    `${half("0xffe6e600")}${half(second)}concat name=c ! x264enc speed-preset=superfast ! mp4mux name=m ! filesink name=f ` +
    `audiotestsrc num-buffers=${Math.floor((seconds * 48_000) / 1024)} freq=${pitch} volume=0.3 ! audio/x-raw,rate=48000 ! ` +
    `avenc_aac ! aacparse ! m.`;
  execFileSync("gst-launch-1.0", [
    "-q",
    ...description.replace("filesink name=f", `filesink location=${file}`).split(" "),
  ]);
  return file;
}

/** Begins as an MP4 does (so it is taken at the door) and goes on as nothing. */
export function brokenFilm(): string {
  const file = join(mkdtempSync(join(tmpdir(), "diemcau-film-")), "hong.mp4");
  const head = Buffer.from([0, 0, 0, 24, ...Buffer.from("ftypmp42"), 0, 0, 0, 0, ...Buffer.from("mp42isom")]);
  writeFileSync(file, Buffer.concat([head, Buffer.from("không phải phim ".repeat(1000))]));
  return file;
}
