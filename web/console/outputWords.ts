import type { TextKey } from "../shared/i18n";
import type { ConsoleView, Output, OutputView } from "../shared/protocol";

/** How an output does, in words. `off`: nothing is to be sent, so nothing is wrong. */
export interface OutputWords {
  readonly tone: "good" | "warn" | "off";
  readonly text: TextKey;
  /** What the text says in {seconds} or {count}. */
  readonly values?: Readonly<Record<string, number>>;
  /** A text key of the server's: why it was stopped. */
  readonly reason?: string;
}

const waitingTexts = {
  none: "outputs.waiting",
  unreachable: "outputs.unreachable",
  refused: "outputs.refused",
  lost: "outputs.lost",
  slow: "outputs.lost",
} as const;

export function outputWords(
  view: OutputView,
  output: Output | undefined,
  state: ConsoleView["state"],
): OutputWords {
  if (!view.on)
    return view.reason
      ? { tone: "warn", text: "outputs.off", reason: view.reason }
      : { tone: "off", text: "outputs.off" };
  if (state !== "open") return { tone: "off", text: "outputs.with_session" };
  if (view.kind === "rtsp" || (view.kind === "hls" && output?.state === "live"))
    return output && output.watchers > 0
      ? { tone: "good", text: "outputs.watched", values: { count: output.watchers } }
      : { tone: "off", text: "outputs.unwatched" };
  if (output?.state === "live")
    return output.trouble === "slow"
      ? { tone: "warn", text: "outputs.slow" }
      : { tone: "good", text: "outputs.live" };
  if (view.kind === "hls" && output?.state === "waiting")
    return { tone: "warn", text: "outputs.not_written", values: { seconds: output.retry_seconds ?? 0 } };
  if (output?.state === "waiting")
    return {
      tone: "warn",
      text: waitingTexts[output.trouble],
      values: { seconds: output.retry_seconds ?? 0 },
    };
  return output && output.trouble !== "none"
    ? { tone: "warn", text: "outputs.reconnecting" }
    : { tone: "off", text: "outputs.connecting" };
}

/** Those that need somebody to look after them. */
export function outputTroubles(
  view: Pick<ConsoleView, "outputs" | "state">,
  figures: ReadonlyMap<string, Output>,
): number {
  return Object.entries(view.outputs).filter(
    ([id, one]) => outputWords(one, figures.get(id), view.state).tone === "warn",
  ).length;
}
