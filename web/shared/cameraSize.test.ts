import { expect, test } from "vitest";
import { CameraSize, type Encoded, type Sizes } from "./cameraSize";

const sharp: Encoded = { quantizer: 75, rate: 1_400_000 };
const mush: Encoded = { quantizer: 106, rate: 20_000 };
const none: Encoded = { quantizer: undefined, rate: 0 };
const half: Encoded = { quantizer: 60, rate: 450_000 };
const wide = 1_500_000;
const thin = 90_000;
/** What half the size gets of a wide line. */
const all = 500_000;

/** What somebody wants: the largest size, or both. */
class Line {
  readonly size = new CameraSize();
  private sizes = this.size.after({ largest: undefined, half: undefined, target: undefined }, false);
  private readonly halfWanted: boolean;
  constructor(wanted: "largest" | "both") {
    this.halfWanted = wanted === "both";
  }
  /** Of the largest `picture` comes, if it is sent. */
  after(picture: Encoded, target: number | undefined): Sizes {
    const { largest } = this.sizes;
    this.sizes = this.size.after(
      {
        largest: largest ? picture : undefined,
        half: largest && !this.halfWanted ? undefined : half,
        target,
      },
      this.halfWanted,
    );
    return this.sizes;
  }
  /** Intervals until the largest is sent again. */
  patience(picture = sharp, target = all): number {
    for (let i = 1; i < 100; ++i) if (this.after(picture, target).largest) return i;
    return 100;
  }
}

test("a line that carries the largest size keeps it", () => {
  for (const wanted of ["largest", "both"] as const) {
    const line = new Line(wanted);
    for (let i = 0; i < 100; ++i)
      expect(line.after(sharp, wide)).toEqual({ largest: true, halfRate: 500_000 });
  }
});

test("what nobody wants is not judged", () => {
  const size = new CameraSize();
  expect(size.after({ largest: undefined, half, target: thin }, true).largest).toBe(true);
});

test("of a camera that is off nothing is known", () => {
  const size = new CameraSize();
  for (let i = 0; i < 20; ++i)
    expect(size.after({ largest: none, half: none, target: undefined }, true)).toEqual({
      largest: true,
      halfRate: 500_000,
    });
  size.after({ largest: mush, half, target: thin }, true);
  for (let i = 0; i < 20; ++i)
    expect(size.after({ largest: undefined, half: none, target: undefined }, true).largest).toBe(false);
});

test("a thin line gets half of it, at once", () => {
  for (const wanted of ["largest", "both"] as const)
    expect(new Line(wanted).after(sharp, thin)).toEqual({ largest: false, halfRate: 500_000 });
});

test("so does one on which the others leave too little for it", () =>
  expect(new Line("both").after(mush, 600_000).largest).toBe(false));

test("where no picture of it comes at all, its line says why", () => {
  const line = new Line("both");
  for (let i = 0; i < 10; ++i) line.after(sharp, wide);
  expect(line.after(none, thin).largest).toBe(false);
  expect(new Line("both").after(none, all).largest).toBe(true);
});

test("a line of which nothing is known yet is given time to show how wide it is", () => {
  const line = new Line("both");
  expect(line.after(none, thin).largest).toBe(true);
  expect(line.after(none, thin).largest).toBe(true);
  expect(line.after(none, thin).largest).toBe(false);
});

test("a picture in which nothing moves is good in its largest size on any line", () =>
  expect(new Line("largest").after({ quantizer: 12, rate: 60_000 }, thin).largest).toBe(true));

test("it comes back when half the size gets all that it may", () => {
  const line = new Line("largest");
  line.after(mush, thin);
  for (let i = 0; i < 20; ++i) expect(line.after(sharp, thin).largest).toBe(false);
  expect(line.patience()).toBe(2);
});

test("a moment is not enough for that", () => {
  const line = new Line("largest");
  line.after(mush, thin);
  for (let i = 0; i < 20; ++i) expect(line.after(sharp, i % 2 ? thin : all).largest).toBe(false);
});

test("when both are wanted, half gives more first, until there is enough for both", () => {
  const line = new Line("both");
  line.after(mush, thin);
  expect(line.after(sharp, all)).toEqual({ largest: false, halfRate: 500_000 });
  expect(line.after(sharp, all)).toEqual({ largest: false, halfRate: 1_500_000 });
  expect(line.after(sharp, 900_000)).toEqual({ largest: false, halfRate: 1_500_000 });
  expect(line.after(sharp, 1_300_000)).toEqual({ largest: true, halfRate: 500_000 });
});

test("a line that has not enough for both goes back to half, for longer and longer", () => {
  const line = new Line("both");
  line.after(mush, thin);
  const waits = Array.from({ length: 6 }, () => {
    let wait = 0;
    while (line.after(sharp, 800_000).halfRate === 500_000) ++wait;
    while (line.after(sharp, 800_000).halfRate !== 500_000);
    return wait + 1;
  });
  expect(waits).toEqual([2, 4, 8, 16, 16, 16]);
});

test("a browser that does not begin with the largest although its line is wide is helped too", () => {
  const line = new Line("both");
  expect(line.after(none, all)).toEqual({ largest: true, halfRate: 500_000 });
  expect(line.after(none, all)).toEqual({ largest: false, halfRate: 1_500_000 });
  expect(line.after(none, wide)).toEqual({ largest: true, halfRate: 500_000 });
});

test("of a browser that names no target, pictures and rates say it", () => {
  const line = new Line("largest");
  expect(line.after(sharp, undefined).largest).toBe(true);
  expect(line.after(mush, undefined).largest).toBe(false);
  expect(line.after(sharp, undefined).largest).toBe(false);
  expect(line.after(sharp, undefined).largest).toBe(true);
});

test("nothing is known of a line over which neither goes", () => {
  const size = new CameraSize();
  size.after({ largest: mush, half: undefined, target: thin }, false);
  for (let i = 0; i < 20; ++i)
    expect(size.after({ largest: undefined, half: undefined, target: all }, false).largest).toBe(false);
});

test("a line that only seems to be wide is tried less and less often, but about twice a minute", () => {
  const line = new Line("largest");
  line.after(mush, thin);
  const waits = Array.from({ length: 6 }, () => {
    const wait = line.patience();
    line.after(sharp, wide);
    line.after(mush, thin);
    return wait;
  });
  expect(waits).toEqual([2, 4, 8, 16, 16, 16]);
});

test("after a good while all of that is forgotten", () => {
  const line = new Line("largest");
  for (let i = 0; i < 5; ++i) {
    line.after(mush, thin);
    line.patience();
  }
  for (let i = 0; i < 10; ++i) line.after(sharp, wide);
  line.after(mush, thin);
  expect(line.patience()).toBe(2);
});
