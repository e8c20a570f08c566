import type { TextKey } from "./i18n";
import type { Line } from "./protocol";

type Grade = "good" | "fair" | "poor";

/** What the figures of a line mean, and the one thing worth doing about it. */
export interface LineWords {
  readonly grade: Grade;
  readonly text: TextKey;
  readonly todo: TextKey;
}

/** Speech stays clear up to 2 % loss, is broken above 8 %; a conversation becomes hard beyond 400 ms there and back. */
export function lineWords(line: Line): LineWords {
  const trip = line.rtt_ms ?? 0;
  const loss = Math.max(line.up_loss_permille, line.down_loss_permille);
  if (loss > 80 || trip > 600 || line.freezes_per_minute > 5)
    return { grade: "poor", text: "line.poor", todo: loss > 80 ? "line.todo.loss" : "line.todo.slow" };
  if (loss > 20 || trip > 300 || line.jitter_ms > 60 || line.freezes_per_minute > 1)
    return { grade: "fair", text: "line.fair", todo: "line.todo.watch" };
  if (line.tcp) return { grade: "fair", text: "line.fair", todo: "line.todo.tcp" };
  return { grade: "good", text: "line.good", todo: "line.todo.none" };
}
