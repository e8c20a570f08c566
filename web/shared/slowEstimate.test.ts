import { expect, test } from "vitest";
import { SlowEstimate } from "./slowEstimate";

/** In which looks it is helped; of what the line is taken for, the camera gets four fifths. */
const helped = (lines: readonly number[]) => {
  const estimate = new SlowEstimate();
  return lines.flatMap((line, look) =>
    estimate.after({ line, camera: 0.8 * line, most: 1_000_000 }) ? [look] : [],
  );
};

test("an estimate that holds the camera is helped at once, and again when that brought something", () => {
  expect(helped([300_000])).toEqual([0]);
  expect(helped([300_000, 600_000, 600_000, 1_000_000, 1_000_000])).toEqual([0, 2, 4]);
});

test("one that grows by itself, but slowly, is helped too", () =>
  expect(helped([300_000, 340_000, 390_000])).toEqual([0, 2]));

test("one that grows quickly is left alone", () =>
  expect(helped([300_000, 400_000, 500_000, 700_000, 900_000])).toEqual([0]));

test("where it brings nothing it is left alone for longer and longer, but not for good", () =>
  expect(helped(Array(40).fill(300_000))).toEqual([0, 2, 6, 14, 22, 30, 38]));

test("a line that becomes thinner is not looked at", () =>
  expect(helped([300_000, 280_000, 260_000, 240_000, 220_000])).toEqual([0]));

test("nor is one that gives all that the camera may, or one of which nothing is known", () => {
  expect(helped(Array(9).fill(2_000_000))).toEqual([]);
  expect(helped(Array(9).fill(0))).toEqual([]);
  const estimate = new SlowEstimate();
  for (let i = 0; i < 9; ++i)
    expect(estimate.after({ line: 300_000, camera: undefined, most: 1_000_000 })).toBe(false);
});
