import { expect, test } from "vitest";
import { type Heard, PlayoutTarget } from "./playoutTarget";

const none = { voice: null, picture: null };
const good: Heard = { requests: 0, received: 300, gaps: 0, roundTrip: 50, cut: false };
const little: Heard = { ...good, requests: 6 };

test("a good line waits for nothing", () => {
  const target = new PlayoutTarget();
  for (let i = 0; i < 100; ++i) expect(target.after(good)).toEqual(none);
});

test("one packet that was overtaken is no loss, two bursts within half a minute are", () => {
  const target = new PlayoutTarget();
  expect(target.after({ ...good, requests: 1 })).toEqual(none);
  for (let i = 0; i < 10; ++i) expect(target.after(good)).toEqual(none);
  expect(target.after({ ...good, requests: 1 }).voice).toBe(130);
});

test("a line that loses a little waits for one repair", () => {
  expect(new PlayoutTarget().after(little)).toEqual({ voice: 130, picture: 130 });
});

test("a short round trip does not say how long the line of the other hall is", () => {
  expect(new PlayoutTarget().after({ ...little, roundTrip: 1 })).toEqual({ voice: 130, picture: 130 });
});

test("the more it loses, the more repairs may get lost too", () => {
  const much = new PlayoutTarget().after({ ...good, requests: 45, received: 255 });
  expect(much.picture).toBeGreaterThan(2 * 130);
});

test("a voice that still has gaps waits longer, step by step", () => {
  const target = new PlayoutTarget();
  expect(target.after({ ...little, gaps: 0.02 })).toEqual({ voice: 200, picture: 200 });
  expect(target.after({ ...good, gaps: 0.02 })).toEqual({ voice: 270, picture: 270 });
  expect(target.after(good)).toEqual({ voice: 270, picture: 270 });
  expect(target.after({ ...good, gaps: 0.02 }), "but not for ever").toEqual({ voice: 270, picture: 330 });
});

test("over a long line the voice does not wait as long as the picture: people answer each other", () => {
  expect(new PlayoutTarget().after({ ...little, roundTrip: 300 })).toEqual({ voice: 200, picture: 380 });
  expect(new PlayoutTarget().after({ ...little, requests: 60, roundTrip: 900 })).toEqual({
    voice: 200,
    picture: 400,
  });
});

test("the wait is kept for half a minute, then forgotten", () => {
  const target = new PlayoutTarget();
  target.after({ ...little, gaps: 0.02 });
  for (let i = 0; i < 14; ++i) expect(target.after(good).voice).toBe(200);
  expect(target.after(good)).toEqual(none);
  expect(target.after(little).voice).toBe(130);
});

test("a line that was cut does not make people wait after it is back", () => {
  const target = new PlayoutTarget();
  target.after(good);
  const cut: Heard = { ...good, received: 0, gaps: 1, cut: true };
  for (let i = 0; i < 5; ++i) expect(target.after(cut)).toEqual(none);
  expect(target.after({ ...good, requests: 40, gaps: 0.1 }), "what is asked for when it is back").toEqual(
    none,
  );
  expect(target.after(good)).toEqual(none);
  expect(target.after(little).voice).toBe(130);
  expect(target.after(cut).voice, "nor forget what the line is like").toBe(130);
});
