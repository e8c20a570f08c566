import type { Locator, Page } from "playwright-core";
import type { Signs } from "./capture.ts";
import { nameOf } from "./recording.ts";

/** A page of any browser. */
interface Looked {
  evaluate(look: (cell: number) => number[], cell: number): Promise<number[]>;
}

/** What a person in front of that page sees in a cell of the stage: the colour in the middle of the picture. */
export async function colourIn(page: Looked, cell: number): Promise<Signs["colour"] | "dark" | "other"> {
  const rgb = await page.evaluate((index) => {
    const box = document.querySelector(`[data-cell="${index}"]`);
    const video = box?.querySelector("video");
    const covered = box?.querySelector(".cover");
    if (!video || covered || video.videoWidth === 0) return [0, 0, 0];
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 8;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
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
    return [...(pen?.getImageData(4, 4, 1, 1).data ?? [])].slice(0, 3);
  }, cell);
  return nameOf(rgb);
}

/** The colour in the middle of a film that a page plays. */
export async function middleOf(film: Locator): Promise<ReturnType<typeof nameOf>> {
  const rgb = await film.evaluate((video: HTMLVideoElement) => {
    if (video.readyState < 2) return [0, 0, 0];
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 8;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    const { videoWidth: width, videoHeight: height } = video;
    pen?.drawImage(video, width / 4, height / 4, width / 2, height / 2, 0, 0, 8, 8);
    return [...(pen?.getImageData(4, 4, 1, 1).data ?? [])].slice(0, 3);
  });
  return nameOf(rgb);
}

/** Loudness of each pitch over all audio slots, in dB of full scale, the loudest of the last second. */
export async function pitches(page: Page, wanted: readonly number[]): Promise<Record<number, number>> {
  return page.evaluate(
    async (frequencies) => {
      const context = new AudioContext();
      await context.resume();
      const listeners = [...document.querySelectorAll<HTMLAudioElement>("audio[data-slot]")].flatMap(
        (element) => {
          if (!(element.srcObject instanceof MediaStream)) return [];
          const analyser = context.createAnalyser();
          analyser.fftSize = 4096;
          analyser.smoothingTimeConstant = 0;
          context.createMediaStreamSource(element.srcObject).connect(analyser);
          return [analyser];
        },
      );
      const loudest: Record<number, number> = Object.fromEntries(
        frequencies.map((frequency) => [frequency, -200]),
      );
      const end = performance.now() + 1000;
      const bins = new Float32Array(2048);
      await new Promise<void>((done) => {
        const listen = () => {
          for (const analyser of listeners) {
            analyser.getFloatFrequencyData(bins);
            for (const frequency of frequencies) {
              const bin = Math.round((frequency * 4096) / context.sampleRate);
              loudest[frequency] = Math.max(loudest[frequency] ?? -200, ...bins.slice(bin - 1, bin + 2));
            }
          }
          if (performance.now() < end) setTimeout(listen, 20);
          else done();
        };
        listen();
      });
      await context.close();
      return loudest;
    },
    [...wanted],
  );
}

/** A tone through Opus reads about -20 dB; another hall's pitch stays under -60. */
export const audible = -45;
