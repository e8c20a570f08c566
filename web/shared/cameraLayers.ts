/**
 * One camera in up to three sizes at once (simulcast), so that each hall gets the size that its cell and its line can use.
 * Chromium encodes only as many layers as the picture is large (below 960x540 two, below 480x270 one) and leaves out the last
 * ones: the sizes must follow the camera, not the layers' names.
 */
export const rids = ["q", "h", "f"] as const;
export type Rid = (typeof rids)[number];

export interface Layer {
  readonly rid: Rid;
  readonly scaleResolutionDownBy: number;
  readonly maxBitrate: number; // bit/s
  /** The camera is large enough for it. */
  readonly usable: boolean;
}

/**
 * With a voice and the packets' heads (64 and 14 kbit/s) well within a line of 250 kbit/s, all its pictures of it: with 150 000 the
 * server left out every second one for a quarter of the time (17.7 of 20 a second; 19.9 now).
 */
const smallest = 120_000;

/** Of a camera that has a larger one. */
export const halfSizeRate = 500_000; // bit/s

const unused = { scaleResolutionDownBy: 1, maxBitrate: 100_000, usable: false } as const;

export function layersFor(width: number, height: number): readonly Layer[] {
  if (width >= 960 && height >= 540)
    return [
      { rid: "q", scaleResolutionDownBy: 4, maxBitrate: smallest, usable: true },
      { rid: "h", scaleResolutionDownBy: 2, maxBitrate: halfSizeRate, usable: true },
      { rid: "f", scaleResolutionDownBy: 1, maxBitrate: 1_500_000, usable: true },
    ];
  if (width >= 480 && height >= 270)
    return [
      { rid: "q", scaleResolutionDownBy: 2, maxBitrate: smallest, usable: true },
      { rid: "h", scaleResolutionDownBy: 1, maxBitrate: 800_000, usable: true },
      { rid: "f", ...unused },
    ];
  return [
    { rid: "q", scaleResolutionDownBy: 1, maxBitrate: 400_000, usable: true },
    { rid: "h", ...unused },
    { rid: "f", ...unused },
  ];
}

/**
 * Of the sizes that somebody wants, those to encode: one that this camera has not, or whose largest its line does not carry,
 * is replaced by the next smaller one.
 */
export function activeLayers(
  layers: readonly Layer[],
  wanted: readonly string[],
  carriesLargest = true,
): ReadonlySet<Rid> {
  const usable = layers.filter(({ usable, rid }) => usable && (carriesLargest || rid !== "f"));
  const active = new Set<Rid>();
  for (const rid of wanted) {
    const place = rids.indexOf(rid as Rid);
    const layer = usable.filter((one) => rids.indexOf(one.rid) <= place).at(-1);
    if (layer) active.add(layer.rid);
  }
  return active;
}

/** A size that gets less than that shows nothing. */
const leastRate = 30_000; // bit/s

/**
 * Of the sizes that are encoded: what each may give so that all together keep within `limit`, the smaller ones first. bit/s.
 * `halfRate`: of the middle one of three.
 */
export function sharedRates(
  layers: readonly Layer[],
  active: ReadonlySet<Rid>,
  limit: number = Number.POSITIVE_INFINITY,
  halfRate: number = halfSizeRate,
): ReadonlyMap<Rid, number> {
  let rest = limit;
  const rates = new Map<Rid, number>();
  const hasLargest = layers.some(({ rid, usable }) => usable && rid === "f");
  for (const { rid, maxBitrate } of layers) {
    if (!active.has(rid)) continue;
    const most = hasLargest && rid === "h" ? halfRate : maxBitrate;
    const rate = Math.min(most, Math.max(leastRate, Math.round(rest)));
    rates.set(rid, rate);
    rest -= rate;
  }
  return rates;
}
