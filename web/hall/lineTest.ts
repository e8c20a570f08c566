import { type LineWords, lineWords } from "../shared/lineWords";

/** What can be known of the line before any media runs: how long small requests take, and how fast a larger one comes. */
export interface LineTest {
  readonly trips: readonly number[]; // ms, of small requests; a failed one is Infinity
  readonly kbps: number;
}

const tries = 6;

export async function testLine(): Promise<LineTest> {
  const trips: number[] = [];
  for (let i = 0; i < tries; i++) trips.push(await timed("/healthz"));
  const script = document.querySelector<HTMLScriptElement>("script[type=module]");
  const begun = performance.now();
  let size = 0;
  try {
    const response = await fetch(script?.src ?? "/", { cache: "reload" });
    size = (await response.arrayBuffer()).byteLength;
    const entry = performance.getEntriesByName(response.url).at(-1);
    if (entry instanceof PerformanceResourceTiming && entry.encodedBodySize > 0) size = entry.encodedBodySize;
  } catch {
    // Told by the trips.
  }
  return { trips, kbps: Math.round((size * 8) / Math.max(1, performance.now() - begun)) };
}

async function timed(path: string): Promise<number> {
  const begun = performance.now();
  try {
    await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(3000) });
    return performance.now() - begun;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** The first trip also opens the connection, so it does not count. */
export function lineTestWords({ trips, kbps }: LineTest): LineWords {
  const counted = trips.slice(1).sort((a, b) => a - b);
  const passed = counted.filter(Number.isFinite);
  const middle = passed[Math.floor(passed.length / 2)];
  const lost = counted.length === 0 ? 1 : 1 - passed.length / counted.length;
  if (middle === undefined) return { grade: "poor", text: "line.poor", todo: "line.todo.none_at_all" };
  if (kbps < 64) return { grade: "poor", text: "line.poor", todo: "line.todo.slow" };
  return lineWords({
    up_kbps: 0,
    down_kbps: kbps,
    up_loss_permille: Math.round(lost * 1000),
    down_loss_permille: 0,
    rtt_ms: Math.round(middle),
    jitter_ms: Math.round(((passed.at(-1) ?? middle) - (passed[0] ?? middle)) / 2),
    freezes_per_minute: 0,
    tcp: false,
    program: false,
  });
}
