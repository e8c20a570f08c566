import type { Encoded } from "./cameraSize";
import type { Line, ReportFreezes } from "./protocol";
import { type Stat, usedPair } from "./usedPair";

interface EncodedSoFar {
  readonly frames: number;
  readonly quantizers: number;
  readonly bytes: number;
}

/** The counters of one getStats() call that the line figures are made of. */
export interface LineSample {
  readonly at: number; // ms
  readonly bytesSent: number;
  readonly bytesReceived: number; // 0: this browser does not say
  readonly packetsSent: number;
  readonly packetsReceived: number;
  readonly lostUp: number;
  readonly lostDown: number;
  /** Requests for lost packets (NACK): packets that came after all are not counted in lostDown. */
  readonly requests: number;
  /** Of the voices, and what of them was made up for lost packets. Comfort noise in silence is not. */
  readonly samples: number;
  readonly concealed: number;
  /** Gaps that began. */
  readonly gaps: number;
  /** Of the camera: packets, how long they waited in the browser, in all, and the rate it is encoded for: now, or (Firefox) so far. */
  readonly cameraPackets: number;
  readonly cameraWaitedMs: number;
  readonly cameraTarget: number; // bit/s
  readonly cameraTargetBytes: number;
  /** Of its sizes, by rid. */
  readonly cameraSizes: ReadonlyMap<string, EncodedSoFar>;
  readonly freezes: number;
  readonly frozenMs: number;
  /** What the browser takes its line for, bit/s; 0: it does not say (Firefox). */
  readonly estimate: number;
  readonly rttMs: number;
  readonly jitterMs: number;
  readonly tcp: boolean;
}

const number = (value: unknown): number => (typeof value === "number" && Number.isFinite(value) ? value : 0);

/** `main` is the track of the main cell: only its freezes count (a slot that wakes up has not been frozen). */
export function lineSample(report: Iterable<readonly [string, unknown]>, main?: string): LineSample {
  const stats = new Map(Array.from(report) as [string, Stat][]);
  const pair = usedPair(stats);
  // Of all pairs that were used; Firefox counts for each pair only.
  let counts = pair;
  const sum = { packetsSent: 0, packetsReceived: 0, lostUp: 0, lostDown: 0 };
  let at = 0;
  const heard = { requests: 0, samples: 0, concealed: 0, gaps: 0 };
  const camera = { cameraPackets: 0, cameraWaitedMs: 0, cameraTarget: 0, cameraTargetBytes: 0 };
  const cameraSizes = new Map<string, EncodedSoFar>();
  let freezes = 0;
  let frozen = 0;
  let jitter = 0;
  for (const stat of stats.values()) {
    at = Math.max(at, stat.timestamp);
    switch (stat.type) {
      case "transport":
        if (typeof stat["bytesReceived"] === "number") counts = stat;
        break;
      case "outbound-rtp":
        sum.packetsSent += number(stat["packetsSent"]);
        // Of what is sent, only the camera has sizes.
        if (typeof stat["rid"] !== "string") break;
        camera.cameraPackets += number(stat["packetsSent"]);
        camera.cameraWaitedMs += number(stat["totalPacketSendDelay"]) * 1000;
        camera.cameraTarget += number(stat["targetBitrate"]);
        // Of all sizes, said with each.
        camera.cameraTargetBytes = number(stat["totalEncodedBytesTarget"]);
        cameraSizes.set(stat["rid"], {
          frames: number(stat["framesEncoded"]),
          quantizers: number(stat["qpSum"]),
          bytes: number(stat["bytesSent"]),
        });
        break;
      case "remote-inbound-rtp":
        sum.lostUp += number(stat["packetsLost"]);
        break;
      case "inbound-rtp":
        sum.packetsReceived += number(stat["packetsReceived"]);
        sum.lostDown += number(stat["packetsLost"]);
        heard.requests += number(stat["nackCount"]);
        heard.samples += number(stat["totalSamplesReceived"]);
        heard.gaps += number(stat["concealmentEvents"]);
        heard.concealed += number(stat["concealedSamples"]) - number(stat["silentConcealedSamples"]);
        if (main === undefined || stat["trackIdentifier"] === main) {
          freezes += number(stat["freezeCount"]);
          frozen += number(stat["totalFreezesDuration"]);
        }
        jitter = Math.max(jitter, number(stat["jitter"]));
        break;
    }
  }
  const local = pair && stats.get(String(pair["localCandidateId"]));
  return {
    at,
    bytesSent: number(counts?.["bytesSent"]),
    bytesReceived: number(counts?.["bytesReceived"]),
    ...sum,
    ...heard,
    ...camera,
    cameraSizes,
    freezes,
    frozenMs: frozen * 1000,
    estimate: number(pair?.["availableOutgoingBitrate"]),
    rttMs: number(pair?.["currentRoundTripTime"]) * 1000,
    jitterMs: jitter * 1000,
    tcp: local?.["protocol"] === "tcp",
  };
}

/** Figures between two samples; freezes are counted from `minuteAgo`. Counters that ran backwards (a new peer) count 0. */
export function lineFigures(
  previous: LineSample,
  current: LineSample,
  minuteAgo: LineSample = previous,
): Line {
  const seconds = secondsBetween(previous, current);
  const grown = (key: keyof LineSample) => Math.max(0, Number(current[key]) - Number(previous[key]));
  const permille = (lost: number, of: number) =>
    of <= 0 ? 0 : within(0, 1000, Math.round((lost / of) * 1000));
  return {
    up_kbps: within(0, 100000, Math.round((grown("bytesSent") * 8) / 1000 / seconds)),
    down_kbps: within(0, 100000, Math.round((grown("bytesReceived") * 8) / 1000 / seconds)),
    up_loss_permille: permille(grown("lostUp"), grown("packetsSent")),
    down_loss_permille: permille(grown("lostDown"), grown("packetsReceived") + grown("lostDown")),
    rtt_ms: within(0, 60000, Math.round(current.rttMs)),
    jitter_ms: within(0, 60000, Math.round(current.jitterMs)),
    freezes_per_minute: within(0, 6000, Math.max(0, current.freezes - minuteAgo.freezes)),
    tcp: current.tcp,
    program: false,
  };
}

/** Samples a second, as browsers count them. */
const sampleRate = 48_000;
/** What a browser makes up for a voice before it falls silent is 0.4 s. */
const longestLoss = 0.3; // s

/**
 * Nothing came for a while over our line, or over that of whoever is heard: it was cut. A line that loses packets has many
 * gaps, and short ones. A gap is counted where it begins.
 */
export function isCut(previous: LineSample, current: LineSample): boolean {
  const grown = (key: keyof LineSample) => Math.max(0, Number(current[key]) - Number(previous[key]));
  return (
    grown("bytesReceived") === 0 || grown("concealed") > longestLoss * sampleRate * Math.max(1, grown("gaps"))
  );
}

/** What the server cannot see: how the main picture ran here. Undefined: without a stop. */
export function freezesSince(previous: LineSample, current: LineSample): ReportFreezes | undefined {
  const count = current.freezes - previous.freezes;
  if (count <= 0) return undefined;
  return {
    type: "report_freezes",
    count: within(1, 100, count),
    milliseconds: within(0, 60000, Math.round(current.frozenMs - previous.frozenMs)),
  };
}

/** What became of one size of the camera. */
export function encodedSince(previous: LineSample, current: LineSample, rid: string): Encoded {
  const before = previous.cameraSizes.get(rid) ?? { frames: 0, quantizers: 0, bytes: 0 };
  const now = current.cameraSizes.get(rid) ?? before;
  const frames = now.frames - before.frames;
  return {
    quantizer: frames > 0 ? (now.quantizers - before.quantizers) / frames : undefined,
    rate: ((now.bytes - before.bytes) * 8) / secondsBetween(previous, current),
  };
}

/** bit/s that the browser means the camera to give, all its sizes together; undefined: it does not say. */
export function cameraTarget(previous: LineSample, current: LineSample): number | undefined {
  if (current.cameraTarget > 0) return current.cameraTarget;
  const bytes = current.cameraTargetBytes - previous.cameraTargetBytes;
  return bytes > 0 ? (bytes * 8) / secondsBetween(previous, current) : undefined;
}

const secondsBetween = (previous: LineSample, current: LineSample) =>
  Math.max(0.001, (current.at - previous.at) / 1000);

function within(low: number, high: number, value: number): number {
  return Math.min(high, Math.max(low, value));
}
