/** Of what a camera may give: from there on nothing holds it. */
const free = 0.9;
const patience = 2;

/**
 * Whether a browser's estimate of its line has stopped where it is. libwebrtc raises it to one and a half times what is
 * really sent and no further (AimdRateControl), and keeps a part of it for the voice, also for one that is silent: after a thin
 * time a camera gets so little that nothing shows that the line is wide again. It looks for itself when what the camera may
 * give changes while little is sent (ProbeController::OnMaxTotalAllocatedBitrate).
 */
export class StuckTarget {
  private last: number | undefined;
  private same = 0;

  /** `target` is what the browser means the camera to give, `most` what it may (bit/s). True: let it look. */
  after(target: number | undefined, most: number): boolean {
    const stands = target !== undefined && target === this.last && target < free * most;
    this.last = target;
    this.same = stands ? this.same + 1 : 0;
    if (this.same < patience) return false;
    this.same = 0;
    return true;
  }
}
