import { expect, test } from "vitest";
import type { ClipView } from "../shared/protocol";
import { clipPosition } from "./clipPosition";

const playing: ClipView = {
  state: "playing",
  kind: "film",
  reason: "",
  since: 10_000,
  position: 2_000,
  length: 30_000,
  loop: false,
};

test("a film that plays goes on from where it stood", () =>
  expect(clipPosition(playing, 15_000)).toBe(7_000));
test("one that stands does not", () =>
  expect(clipPosition({ ...playing, state: "paused" }, 15_000)).toBe(2_000));
test("at its end it stays, or begins anew", () => {
  expect(clipPosition(playing, 100_000)).toBe(30_000);
  expect(clipPosition({ ...playing, loop: true }, 43_000)).toBe(5_000);
});
test("a clock that is behind the server's shows no time before the film", () =>
  expect(clipPosition(playing, 9_000)).toBe(2_000));
