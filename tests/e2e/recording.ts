import type { Page } from "playwright-core";
import type { Signs } from "./capture.ts";

export interface Watched {
  readonly duration: number;
  /** The picture's colour at the asked second, after a seek. */
  readonly colour: Signs["colour"] | "dark" | "other";
  /** dB of each asked pitch while two seconds were played from there. */
  readonly pitches: Record<number, number>;
}

/** Plays a recorded file in the browser, as the archive's page does: opens, seeks, looks and listens. */
export async function watch(
  page: Page,
  url: string,
  second: number,
  wanted: readonly number[],
): Promise<Watched> {
  const { duration, rgb, levels } = await page.evaluate(
    async ({ url, second, wanted }) => {
      const video = document.createElement("video");
      document.body.append(video);
      const event = (name: string) =>
        new Promise<void>((done, fail) => {
          video.addEventListener(name, () => done(), { once: true });
          video.addEventListener(
            "error",
            () => fail(new Error(video.error?.message ?? "the film does not play")),
            { once: true },
          );
        });
      const loaded = event("loadedmetadata");
      video.src = url;
      await loaded;
      const sought = event("seeked");
      video.currentTime = second;
      await sought;
      const context = new AudioContext();
      await context.resume();
      const analyser = context.createAnalyser();
      analyser.fftSize = 4096;
      analyser.smoothingTimeConstant = 0;
      context.createMediaElementSource(video).connect(analyser);
      await video.play();
      const levels: Record<number, number> = Object.fromEntries(wanted.map((pitch) => [pitch, -200]));
      const bins = new Float32Array(2048);
      // Two seconds: on a busy machine the first of them may pass before any sound comes out.
      const end = Math.min(second + 2, video.duration - 0.05);
      while (video.currentTime < end && !video.ended) {
        await new Promise((next) => setTimeout(next, 20));
        analyser.getFloatFrequencyData(bins);
        for (const pitch of wanted) {
          const bin = Math.round((pitch * 4096) / context.sampleRate);
          levels[pitch] = Math.max(levels[pitch] ?? -200, ...bins.slice(bin - 1, bin + 2));
        }
      }
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = 8;
      const pen = canvas.getContext("2d");
      pen?.drawImage(
        video,
        video.videoWidth / 4,
        video.videoHeight / 4,
        video.videoWidth / 2,
        video.videoHeight / 2,
        0,
        0,
        8,
        8,
      );
      const rgb = [...(pen?.getImageData(4, 4, 1, 1).data ?? [])].slice(0, 3);
      video.remove();
      await context.close();
      return { duration: video.duration, rgb, levels };
    },
    { url, second, wanted: [...wanted] },
  );
  return { duration, colour: nameOf(rgb), pitches: levels };
}

/** By which name a person calls a colour of the test cameras. */
export function nameOf([red = 0, green = 0, blue = 0]: readonly number[]): Watched["colour"] {
  if (Math.max(red, green, blue) < 60) return "dark";
  const names: Record<string, Signs["colour"]> = {
    "100": "red",
    "010": "green",
    "001": "blue",
    "110": "yellow",
  };
  return names[[red > 110, green > 110, blue > 110].map(Number).join("")] ?? "other";
}
