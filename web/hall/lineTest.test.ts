import { expect, test } from "vitest";
import { lineTestWords } from "./lineTest";
import { levelOf } from "./soundTest";

test("quick small requests are a good line", () =>
  expect(lineTestWords({ trips: [300, 21, 24, 22, 25, 23], kbps: 9000 }).grade).toBe("good"));
test("the first trip does not count: it also opens the connection", () =>
  expect(lineTestWords({ trips: [2900, 21, 24, 22, 25, 23], kbps: 9000 }).grade).toBe("good"));
test("slow trips are fair, very slow ones poor", () => {
  expect(lineTestWords({ trips: [1, 400, 410, 405, 420, 402], kbps: 900 }).grade).toBe("fair");
  expect(lineTestWords({ trips: [1, 900, 910, 905, 920, 902], kbps: 900 }).grade).toBe("poor");
});
test("one lost request of five is poor", () =>
  expect(lineTestWords({ trips: [20, 21, Number.POSITIVE_INFINITY, 22, 20, 21], kbps: 900 })).toMatchObject({
    grade: "poor",
    todo: "line.todo.loss",
  }));
test("a trickle is poor however quick", () =>
  expect(lineTestWords({ trips: [20, 21, 22, 20, 21, 20], kbps: 30 }).grade).toBe("poor"));
test("no answer at all says to check the cable", () =>
  expect(lineTestWords({ trips: Array(6).fill(Number.POSITIVE_INFINITY), kbps: 0 }).todo).toBe(
    "line.todo.none_at_all",
  ));

test("the meter goes from silence to full scale", () => {
  expect(levelOf(new Float32Array(512))).toBe(0);
  expect(levelOf(new Float32Array(512).fill(1))).toBe(100);
  const speech = levelOf(new Float32Array(512).fill(0.05));
  expect(speech).toBeGreaterThan(40);
  expect(speech).toBeLessThan(70);
});
