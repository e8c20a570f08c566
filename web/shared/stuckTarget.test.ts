import { expect, test } from "vitest";
import { StuckTarget } from "./stuckTarget";

const looks = (targets: readonly (number | undefined)[], most = 500_000) => {
  const stuck = new StuckTarget();
  return targets.map((target) => stuck.after(target, most)).filter((one) => one).length;
};

test("an estimate that stands still is helped again and again", () =>
  expect(looks(Array(9).fill(30_000))).toBe(4));

test("one that moves is left alone", () =>
  expect(looks([30_000, 31_000, 31_000, 33_000, 33_000, 32_000])).toBe(0));

test("so is one that gives all that the camera may, and one that is not known", () => {
  expect(looks(Array(9).fill(500_000))).toBe(0);
  expect(looks(Array(9).fill(undefined))).toBe(0);
});
