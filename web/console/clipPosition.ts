import type { ClipView } from "../shared/protocol";

/** Milliseconds from the film's beginning at `now`: the server tells where it stood and since when it runs. */
export function clipPosition({ state, since, position, length, loop }: ClipView, now: number): number {
  if (state !== "playing" || since === undefined) return position;
  const at = position + Math.max(0, now - since);
  if (!length) return at;
  return loop ? at % length : Math.min(at, length);
}
