import { expect, test } from "vitest";
import { CameraLimit } from "./cameraLimit";

const sent = (wait: number, target = 130_000) => ({ packets: 100, waited: 100 * wait, target });

test("a camera whose packets leave at once has no limit", () => {
  const limit = new CameraLimit();
  for (let i = 0; i < 100; ++i) expect(limit.after(sent(i % 2 ? 10 : 100))).toBeUndefined();
  expect(limit.after({ packets: 0, waited: 0, target: 0 }), "nobody sees it").toBeUndefined();
});

test("a camera whose packets wait gives less until they wait no longer", () => {
  const limit = new CameraLimit();
  expect(limit.after(sent(400))).toBe(97_500);
  expect(limit.after(sent(900, 97_500))).toBeCloseTo(73_125);
  expect(limit.after(sent(500, 73_125)), "they wait less: it is enough").toBeCloseTo(73_125);
  expect(limit.after(sent(30, 73_125))).toBeGreaterThan(80_000);
});

test("it always gives something", () => {
  const limit = new CameraLimit();
  let last: number | undefined;
  for (let wait = 400; wait < 5000; wait += 400) last = limit.after(sent(wait, 30_000));
  expect(last).toBe(50_000);
});

test("the limit is gone when the browser keeps well below it by itself", () => {
  const limit = new CameraLimit();
  limit.after(sent(400));
  let intervals = 0;
  while (limit.after(sent(10, 60_000)) !== undefined && intervals < 100) ++intervals;
  expect(intervals).toBeLessThan(5);
});

test("at the edge of a thin line the limit goes up and down in small steps", () => {
  const limit = new CameraLimit();
  let now = limit.after(sent(400)) ?? 0;
  for (let i = 0; i < 30; ++i) {
    const before = now;
    // What is given above 120 kbit/s waits.
    now = limit.after(sent(now > 120_000 ? 400 + i : 20, now)) ?? 0;
    expect(now).toBeLessThan(1.16 * before);
    expect(now).toBeLessThan(120_000 * 1.16);
  }
});

test("a wide line takes the limit away within half a minute", () => {
  const limit = new CameraLimit();
  let now: number | undefined;
  for (let wait = 400; wait < 5000; wait += 400) now = limit.after(sent(wait, 30_000));
  expect(now).toBe(50_000);
  let intervals = 0;
  // The encoder gives what it may, up to its size's own 800 kbit/s.
  for (; now !== undefined && intervals < 100; ++intervals)
    now = limit.after(sent(5, Math.min(now, 800_000)));
  expect(intervals).toBeLessThan(15);
});
