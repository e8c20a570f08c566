import { halfSizeRate } from "./cameraLayers";

/** What an interval has shown of one size of a camera. */
export interface Encoded {
  /** Of VP8, on average: 0 (as it is) to 127 (hardly to be recognized); undefined: there was no picture. */
  readonly quantizer: number | undefined;
  readonly rate: number; // bit/s
}

/** The sizes that somebody wants, and what the browser means all of them to give. */
export interface Camera {
  readonly largest: Encoded | undefined;
  readonly half: Encoded | undefined;
  readonly target: number | undefined; // bit/s; undefined: it does not say
}

/** Whether the largest size may be sent, and what half of it may give. */
export interface Sizes {
  readonly largest: boolean;
  readonly halfRate: number; // bit/s
}

/** A picture that is worse than that looks better in half the size. */
const worst = 100;
/** One that is better than that is good enough at any rate. */
const good = 40;
/** bit/s for all sizes together: with less, half the size shows more of anything that moves, and its keyframes do not take seconds. */
const leastTarget = 300_000;
/** Of what half the size gives at most: the line may be wide. Chromium (156) means it to give five sixths of that for a while. */
const full = 0.8;
/** bit/s: both at once. libwebrtc begins with the largest when there are 600 kbit/s beside half of it (kSimulcastFormats). */
const enoughForBoth = 1_200_000;
const widening = 1_500_000;
/** Intervals: how long the line must look wide before it is tried, how long a trial lasts, and a size that has not failed. */
const leastPatience = 2;
const mostPatience = 16;
const trial = 10;
/** Intervals: a browser begins with an estimate of 300 kbit/s, also of a wide line, and the largest only when it knows more. */
const beginning = 2;

/**
 * Whether a line carries the largest size of a camera. A browser keeps to a size whose share of a thin line is much too
 * small for it (Chromium while there is another beside it, Firefox always): a few pictures a second, each one late. And it
 * finds out only by sending more whether its line has become wide: with nothing but half the size it sends no more, so that
 * half gives more for a while when both are wanted.
 */
export class CameraSize {
  private state: "both" | "half" | "widening" = "both";
  private patience = leastPatience;
  private lasted = trial;
  private wide = 0;
  /** Looks that a largest size which has given no picture yet still has. */
  private grace = beginning;

  /** `halfWanted`: not only instead of the largest. */
  after(camera: Camera, halfWanted: boolean): Sizes {
    if (this.state === "both") this.look(camera);
    else if (camera.half?.quantizer !== undefined) this.hope(camera.target ?? camera.half.rate, halfWanted);
    return {
      largest: this.state === "both",
      halfRate: this.state === "widening" ? widening : halfSizeRate,
    };
  }

  private look({ largest, half, target = Number.POSITIVE_INFINITY }: Camera): void {
    if (!largest) return;
    if (largest.quantizer !== undefined) this.grace = 0;
    if (target < leastTarget && this.grace > 0) {
      this.grace -= 1;
      return;
    }
    if (target < leastTarget ? (largest.quantizer ?? worst) > good : (largest.quantizer ?? 0) > worst) {
      this.fail();
      return;
    }
    this.lasted += 1;
    // A camera that is off gives neither.
    if (largest.quantizer === undefined && half?.quantizer !== undefined) this.watch(target, "widening");
    else this.wide = 0;
  }

  private hope(rate: number, halfWanted: boolean): void {
    if (this.state === "half") {
      this.watch(rate, halfWanted ? "widening" : "both");
      return;
    }
    this.lasted += 1;
    if (rate >= enoughForBoth || !halfWanted) this.begin("both");
    else if (this.lasted >= trial || rate < full * halfSizeRate) this.fail();
  }

  private watch(rate: number, next: "both" | "widening"): void {
    this.wide = rate >= full * halfSizeRate ? this.wide + 1 : 0;
    if (this.wide >= this.patience) this.begin(next);
  }

  private begin(state: "both" | "widening"): void {
    this.state = state;
    this.lasted = 0;
    this.wide = 0;
  }

  private fail(): void {
    const failedAgain = this.state === "widening" || this.lasted < trial;
    this.patience = failedAgain ? Math.min(mostPatience, 2 * this.patience) : leastPatience;
    this.state = "half";
    this.wide = 0;
  }
}
