import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a hall's camera and microphone give: one colour with a moving bar, and one pitch. By these the tests tell halls apart. */
export interface Signs {
  readonly colour: "red" | "green" | "blue" | "yellow";
  /** Hz; far apart, so that no harmonic of one is another. */
  readonly pitch: number;
}

const yuv = {
  red: [81, 90, 240],
  green: [145, 54, 34],
  blue: [41, 240, 110],
  yellow: [210, 16, 146],
} as const;
export interface Size {
  readonly width: number;
  readonly height: number;
  /** Frames a second. */
  readonly rate?: number;
  /** Fine noise all over, as in a dim hall: the encoder needs all the bits that it may use. */
  readonly grain?: boolean;
}
const small: Size = { width: 320, height: 180 };

/** Noise that is the same in each run (xorshift32). */
function addGrain(luma: Buffer, seed: number): void {
  let state = seed;
  for (let i = 0; i < luma.length; i += 2) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const change = (state & 31) - 16;
    for (const at of [i, i + 1]) luma[at] = Math.min(235, Math.max(16, (luma[at] ?? 0) + change));
  }
}

/** A Y4M file that Chromium takes as its camera, over and over. */
function camera(colour: Signs["colour"], { width, height, rate = 15, grain = false }: Size): Buffer {
  const [y, u, v] = yuv[colour];
  const parts: Buffer[] = [Buffer.from(`YUV4MPEG2 W${width} H${height} F${rate}:1 Ip A1:1 C420jpeg\n`)];
  for (let frame = 0; frame < rate; ++frame) {
    const luma = Buffer.alloc(width * height, y);
    // Something moves, as in a hall: otherwise there would be nothing to encode.
    const bar = width / 16;
    for (let row = 0; row < height / 15; ++row)
      luma.fill(235, row * width + frame * bar, row * width + (frame + 1) * bar);
    if (grain) addGrain(luma, frame + 1);
    const quarter = (width * height) / 4;
    parts.push(Buffer.from("FRAME\n"), luma, Buffer.alloc(quarter, u), Buffer.alloc(quarter, v));
  }
  return Buffer.concat(parts);
}

/** A WAV file with a tone that comes and goes three times a second, as speech does: a steady one is taken for noise. */
function microphone(pitch: number): Buffer {
  const samples = 48_000 * 2;
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + samples * 2, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(48_000, 24);
  header.writeUInt32LE(96_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(samples * 2, 40);
  const sound = Buffer.alloc(samples * 2);
  for (let i = 0; i < samples; ++i) {
    const loud = 0.5 - 0.5 * Math.cos((2 * Math.PI * 3 * i) / 48_000);
    sound.writeInt16LE(Math.round(12_000 * loud * Math.sin((2 * Math.PI * pitch * i) / 48_000)), i * 2);
  }
  return Buffer.concat([header, sound]);
}

export interface CaptureFiles {
  readonly video: string;
  readonly audio: string;
}

export function captureFiles(signs: Signs, size = small): CaptureFiles {
  const folder = mkdtempSync(join(tmpdir(), "diemcau-capture-"));
  const files = { video: join(folder, "camera.y4m"), audio: join(folder, "microphone.wav") };
  writeFileSync(files.video, camera(signs.colour, size));
  writeFileSync(files.audio, microphone(signs.pitch));
  return files;
}
