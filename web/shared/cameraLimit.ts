/** ms that a packet waited within the browser, on average of an interval. A picture is as late, its voice is not. */
const late = 150;
const prompt = 50;
/** Of the rate that its encoder is set to. */
const lessening = 0.75;
const growing = 1.15;
/** After so many prompt intervals the line has become wider: 0.75 × 1.15³ is more than what made packets wait. */
const edge = 3;
const widening = 1.5;
/** bit/s: a picture of some kind. */
const least = 50_000;

/** What an interval has shown of a camera, in all its sizes. */
export interface Sent {
  readonly packets: number;
  /** ms, of all of them. */
  readonly waited: number;
  /** bit/s: what the browser means its encoders to give. */
  readonly target: number;
}

/**
 * What a camera may give, all its sizes together, on a line that is full. Chromium shares a line without the redundancy of
 * the voice, which goes first: below 300 kbit/s its camera gets more than can leave, and what cannot leave waits, up to two
 * seconds, for as long as the line is full.
 */
export class CameraLimit {
  private limit: number | undefined;
  private waitBefore = 0;
  private promptFor = 0;

  /** bit/s; undefined: what the browser thinks best. */
  after({ packets, waited, target }: Sent): number | undefined {
    if (packets <= 0 || target <= 0) return this.limit;
    const wait = waited / packets;
    const grows = wait > 0.8 * this.waitBefore;
    this.waitBefore = wait;
    this.promptFor = wait < prompt ? this.promptFor + 1 : 0;
    if (wait > late && grows)
      this.limit = Math.max(least, lessening * Math.min(target, this.limit ?? target));
    else if (wait < prompt && this.limit !== undefined)
      this.limit *= this.promptFor > edge ? widening : growing;
    // The browser itself gives it less.
    if (this.limit !== undefined && wait < prompt && this.limit > 2 * target) this.limit = undefined;
    return this.limit;
  }
}
