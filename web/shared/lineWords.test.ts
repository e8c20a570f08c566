import { expect, test } from "vitest";
import { lineWords } from "./lineWords";
import type { Line } from "./protocol";

const good: Line = {
  up_kbps: 1200,
  down_kbps: 3000,
  up_loss_permille: 0,
  down_loss_permille: 2,
  rtt_ms: 24,
  jitter_ms: 5,
  freezes_per_minute: 0,
  tcp: false,
  program: false,
};

test.each<[string, Partial<Line>, string, string]>([
  ["a clean line", {}, "good", "line.todo.none"],
  ["some loss", { up_loss_permille: 62 }, "fair", "line.todo.watch"],
  ["heavy loss in one direction", { down_loss_permille: 90 }, "poor", "line.todo.loss"],
  ["a long way", { rtt_ms: 350 }, "fair", "line.todo.watch"],
  ["a hopeless delay", { rtt_ms: 700 }, "poor", "line.todo.slow"],
  ["freezing", { freezes_per_minute: 8 }, "poor", "line.todo.slow"],
  ["a clean line over TCP", { tcp: true }, "fair", "line.todo.tcp"],
])("%s", (_, change, grade, todo) => {
  expect(lineWords({ ...good, ...change })).toMatchObject({ grade, todo });
});
