/** Of what a camera may give: from there on nothing holds it. */
const free = 0.9;
/** From one look to the next: without looking for more libwebrtc raises its estimate by 8 % a second (AimdRateControl). */
const quick = 1.2;
const falling = 0.95;
/** Looks between two helps that brought nothing. */
const mostPatience = 8;

/** What a browser takes its line for, bit/s; 0: it does not say. */
export interface Estimate {
  readonly line: number;
  /** What it means the camera to give of that; undefined: it does not say. */
  readonly camera: number | undefined;
  /** What the camera may give. */
  readonly most: number;
}

/**
 * Whether a browser's estimate of its line should be helped, because it holds a camera and grows slowly or not at all.
 * libwebrtc raises it to one and a half times what is really sent and no further (AimdRateControl), and keeps a part of it for
 * the voice, also for one that is silent: on a wide line a camera got its full size after up to
 * twenty seconds now and then, and after a thin time perhaps never. It looks for itself when what the camera may give changes while little
 * is sent (ProbeController::OnMaxTotalAllocatedBitrate); when the line is full, such a change does nothing.
 */
export class SlowEstimate {
  private last = 0;
  /** Since it was helped, or since that was not needed. */
  private looks = 0;
  private patience = 1;

  /** True: let it look. */
  after({ line, camera, most }: Estimate): boolean {
    const before = this.last;
    this.last = line;
    const holds = line > 0 && camera !== undefined && camera < free * most;
    if (!holds || (before > 0 && line > quick * before)) {
      this.looks = 0;
      this.patience = 1;
      return false;
    }
    this.looks = line < falling * before ? 0 : this.looks + 1;
    if (this.looks < this.patience) return false;
    this.looks = 0;
    this.patience = Math.min(mostPatience, 2 * this.patience);
    return true;
  }
}
