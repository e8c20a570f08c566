import type { Page } from "playwright-core";
import { nameOf } from "./recording.ts";

/** Fields of a picture, as a person names their colours: 32 in a row, 18 rows. */
export type Picture = readonly ReturnType<typeof nameOf>[];

/** What a screenshot or a film shows in each of 32 x 18 fields; "other" where a field is not of one colour. */
export async function picture(
  page: Page,
  source: { readonly png: string } | { readonly film: string; readonly at: number },
) {
  const points = await page.evaluate(async (source) => {
    const canvas = document.createElement("canvas");
    canvas.width = 1280;
    canvas.height = 720;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    if ("png" in source) {
      const bytes = Uint8Array.from(atob(source.png), (letter) => letter.charCodeAt(0));
      pen?.drawImage(await createImageBitmap(new Blob([bytes])), 0, 0, 1280, 720);
    } else {
      const video = document.createElement("video");
      // Drawn is what the compositor has, and that may be the film's first picture yet: the picture's own time says which it is.
      // Now and then Chromium tells of none but the first: it is sought again then.
      const again = setInterval(() => {
        video.currentTime = source.at;
      }, 1000);
      await new Promise<void>((presented, fail) => {
        video.requestVideoFrameCallback(function look(_, { mediaTime }) {
          if (mediaTime > source.at - 0.1) presented();
          else video.requestVideoFrameCallback(look);
        });
        video.addEventListener("error", () => fail(new Error(video.error?.message)), { once: true });
        video.src = `${source.film}#t=${source.at}`;
      }).finally(() => clearInterval(again));
      pen?.drawImage(video, 0, 0, 1280, 720);
    }
    const found: number[][][] = [];
    for (let row = 0; row < 18; ++row)
      for (let column = 0; column < 32; ++column)
        found.push(
          [8, 32].flatMap((x) =>
            [8, 32].map((y) =>
              [...(pen?.getImageData(column * 40 + x, row * 40 + y, 1, 1).data ?? [])].slice(0, 3),
            ),
          ),
        );
    return found;
  }, source);
  return points.map((corners) => {
    const [first, ...others] = corners.map(nameOf);
    return first !== undefined && others.every((other) => other === first) ? first : "other";
  });
}

/** Where the one says a hall's colour, so must the other; fields with edges, names and moving bars are left out. */
export function alike(one: Picture, other: Picture, halls: readonly string[]) {
  const told = one.map((colour, field) => ({ colour, other: other[field] ?? "other" }));
  const coloured = told.filter(
    ({ colour, other }) =>
      colour !== "other" && other !== "other" && (halls.includes(colour) || halls.includes(other)),
  );
  return { same: coloured.filter(({ colour, other }) => colour === other).length, coloured: coloured.length };
}

/** How many fields have which colour, the most frequent first. */
export function shown(picture: Picture): string {
  const counts = new Map<string, number>();
  for (const colour of picture) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  return sorted.map(([colour, count]) => `${count} ${colour}`).join(" ");
}
