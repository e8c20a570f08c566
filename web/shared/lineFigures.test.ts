import { expect, test } from "vitest";
import {
  cameraTarget,
  encodedSince,
  freezesSince,
  isCut,
  type LineSample,
  lineFigures,
  lineSample,
} from "./lineFigures";
import recorded from "./lineFigures.recorded.json";

// Two getStats() reports of a hall's page, an interval or two apart, cut down to the fields that are read.
const samplesOf = (reports: readonly (readonly { readonly id: string }[])[]) =>
  reports.map((report) => lineSample(report.map((stat) => [stat.id, stat] as const)));

const quiet: LineSample = {
  at: 0,
  bytesSent: 0,
  bytesReceived: 0,
  packetsSent: 0,
  packetsReceived: 0,
  lostUp: 0,
  lostDown: 0,
  requests: 0,
  samples: 0,
  concealed: 0,
  gaps: 0,
  cameraPackets: 0,
  cameraWaitedMs: 0,
  cameraTarget: 0,
  cameraTargetBytes: 0,
  cameraSizes: new Map(),
  freezes: 0,
  frozenMs: 0,
  estimate: 0,
  rttMs: 0,
  jitterMs: 0,
  tcp: false,
};

test.each(Object.entries(recorded))("reads what %s reports", (browser, reports) => {
  const [earlier, later] = samplesOf(reports);
  if (!earlier || !later) throw new Error("two samples are recorded");
  expect(later.at - earlier.at).toBeGreaterThan(browser === "chromium" ? 3000 : 1900);
  expect(later.packetsReceived).toBeGreaterThan(earlier.packetsReceived);
  const line = lineFigures(earlier, later);
  expect(line.up_kbps).toBeGreaterThan(20);
  expect(line.down_kbps).toBeGreaterThan(20);
  expect(line.rtt_ms).toBeLessThan(50);
  expect(line.up_loss_permille).toBe(0);
  expect(line.tcp).toBe(false);
});

test("bitrates are per second of the interval", () => {
  const line = lineFigures(quiet, { ...quiet, at: 2000, bytesSent: 250_000, bytesReceived: 25_000 });
  expect(line.up_kbps).toBe(1000);
  expect(line.down_kbps).toBe(100);
});

test("loss up is of what was sent, loss down of what should have come", () => {
  const line = lineFigures(quiet, {
    ...quiet,
    at: 2000,
    packetsSent: 1000,
    lostUp: 62,
    packetsReceived: 900,
    lostDown: 100,
  });
  expect(line.up_loss_permille).toBe(62);
  expect(line.down_loss_permille).toBe(100);
});

test("what a browser takes its line for is that of the way that is used", () => {
  const pair = { type: "candidate-pair", id: "p", timestamp: 1000, selected: true };
  const sample = lineSample([["p", { ...pair, availableOutgoingBitrate: 1_250_000 }]]);
  expect(sample.estimate).toBe(1_250_000);
  expect(lineSample([["p", pair]]).estimate).toBe(0);
});

test("freezes are counted over the minute, not the interval", () => {
  const line = lineFigures(
    { ...quiet, freezes: 4 },
    { ...quiet, at: 2000, freezes: 5 },
    { ...quiet, freezes: 2 },
  );
  expect(line.freezes_per_minute).toBe(3);
});

const cameraStats = (timestamp: number, sizes: Record<string, Record<string, number>>) =>
  lineSample(
    Object.entries(sizes).map(([rid, stat]) => [
      rid,
      { type: "outbound-rtp", id: rid, timestamp, rid, ...stat },
    ]),
  );

test("of a camera's sizes each says how good its pictures were, but for one that gave none", () => {
  const before = cameraStats(1000, {
    h: { framesEncoded: 100, qpSum: 5000, bytesSent: 1000 },
    f: { framesEncoded: 100, qpSum: 8000, bytesSent: 1000 },
  });
  const after = cameraStats(3000, {
    h: { framesEncoded: 150, qpSum: 9000, bytesSent: 26_000 },
    f: { framesEncoded: 100, qpSum: 8000, bytesSent: 3500 },
  });
  expect(encodedSince(before, after, "h")).toEqual({ quantizer: 80, rate: 100_000 });
  expect(encodedSince(before, after, "f")).toEqual({ quantizer: undefined, rate: 10_000 });
  expect(encodedSince(before, after, "q")).toEqual({ quantizer: undefined, rate: 0 });
});

test("Chromium names a camera's rate now, of each size; Firefox so far, of all with each", () => {
  const chromium = cameraStats(3000, { h: { targetBitrate: 120_000 }, f: { targetBitrate: 30_000 } });
  expect(cameraTarget(quiet, chromium)).toBe(150_000);
  const firefox = [1000, 3000].map((at) =>
    cameraStats(at, { h: { totalEncodedBytesTarget: 25 * at }, f: { totalEncodedBytesTarget: 25 * at } }),
  );
  expect(cameraTarget(firefox[0] ?? quiet, firefox[1] ?? quiet)).toBe(200_000);
  expect(cameraTarget(quiet, quiet)).toBeUndefined();
});

test("only freezes of the main cell are counted and reported, within limits", () => {
  const stats = [
    {
      type: "inbound-rtp",
      id: "A",
      timestamp: 5,
      trackIdentifier: "main",
      freezeCount: 2,
      totalFreezesDuration: 1.5,
    },
    {
      type: "inbound-rtp",
      id: "B",
      timestamp: 5,
      trackIdentifier: "woken",
      freezeCount: 1,
      totalFreezesDuration: 600,
    },
  ];
  const sample = lineSample(
    stats.map((stat) => [stat.id, stat] as const),
    "main",
  );
  expect(freezesSince(quiet, sample)).toEqual({ type: "report_freezes", count: 2, milliseconds: 1500 });
  expect(freezesSince(sample, sample)).toBeUndefined();
  expect(freezesSince(sample, quiet), "a new peer counts from nought").toBeUndefined();
  expect(freezesSince(quiet, { ...quiet, freezes: 1e6, frozenMs: 1e9 })).toEqual({
    type: "report_freezes",
    count: 100,
    milliseconds: 60_000,
  });
});

test("counters that start again with a new peer give zeros, not nonsense", () => {
  const line = lineFigures(
    { ...quiet, bytesSent: 9e9, packetsSent: 9e6, lostUp: 500 },
    { ...quiet, at: 2000 },
  );
  expect(line).toEqual({
    up_kbps: 0,
    down_kbps: 0,
    up_loss_permille: 0,
    down_loss_permille: 0,
    rtt_ms: 0,
    jitter_ms: 0,
    freezes_per_minute: 0,
    tcp: false,
    program: false,
  });
});

test("figures stay within what the protocol allows", () => {
  const line = lineFigures(quiet, {
    ...quiet,
    at: 1,
    bytesSent: 1e12,
    rttMs: 1e9,
    jitterMs: 1e9,
    packetsSent: 1,
    lostUp: 50,
  });
  expect(line).toMatchObject({ up_kbps: 100_000, rtt_ms: 60_000, jitter_ms: 60_000, up_loss_permille: 1000 });
});

test("a pair over TCP is told from its local candidate, also where only the pair is marked", () => {
  const stats = [
    {
      type: "candidate-pair",
      id: "P",
      timestamp: 5,
      selected: true,
      localCandidateId: "L",
      currentRoundTripTime: 0.03,
    },
    { type: "local-candidate", id: "L", timestamp: 5, protocol: "tcp" },
  ];
  expect(lineSample(stats.map((stat) => [stat.id, stat] as const))).toMatchObject({
    tcp: true,
    rttMs: 30,
    at: 5,
  });
});

test("a cut is one long gap, a line that loses has many short ones", () => {
  const running: LineSample = { ...quiet, at: 2000, bytesReceived: 25_000, samples: 96_000 };
  expect(isCut(quiet, running)).toBe(false);
  expect(isCut(running, { ...running, at: 4000, samples: 192_000 }), "nothing came").toBe(true);
  const after = (more: Partial<LineSample>) =>
    isCut(running, { ...running, at: 4000, bytesReceived: 50_000, samples: 192_000, ...more });
  expect(after({ concealed: 18_384, gaps: 1 }), "of one voice").toBe(true);
  expect(after({ concealed: 18_384 }), "it began before").toBe(true);
  expect(after({ concealed: 18_384, gaps: 2 })).toBe(false);
});
