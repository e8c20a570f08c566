import { expect, test } from "vitest";
import type { Output, OutputView } from "../shared/protocol";
import { outputTroubles, outputWords } from "./outputWords";

const on: OutputView = { kind: "rtmp", host: "phat.vtv.vn", port: 1935, on: true, reason: "" };
const live: Output = { state: "live", kbps: 2100, trouble: "none", watchers: 0 };

test("what the host takes is good", () => expect(outputWords(on, live, "open").tone).toBe("good"));
test("a host that is not there says when it is tried again", () =>
  expect(
    outputWords(on, { ...live, state: "waiting", trouble: "unreachable", retry_seconds: 8 }, "open"),
  ).toEqual({
    tone: "warn",
    text: "outputs.unreachable",
    values: { seconds: 8 },
  }));
test("a line that is too slow is trouble although pictures arrive", () =>
  expect(outputWords(on, { ...live, trouble: "slow" }, "open").tone).toBe("warn"));
test("the first try is no trouble, the next is", () => {
  expect(outputWords(on, { ...live, state: "connecting" }, "open").tone).toBe("off");
  expect(outputWords(on, { ...live, state: "connecting", trouble: "lost" }, "open").text).toBe(
    "outputs.reconnecting",
  );
});
test("before the session nothing is sent and nothing is wrong", () =>
  expect(outputWords(on, undefined, "waiting")).toEqual({ tone: "off", text: "outputs.with_session" }));
test("what was stopped by hand is off, what the server stopped says why", () => {
  expect(outputWords({ ...on, on: false }, undefined, "open").tone).toBe("off");
  expect(outputWords({ ...on, on: false, reason: "output.address_lost" }, undefined, "open").reason).toBe(
    "output.address_lost",
  );
});
test("what is taken by RTSP says how many watch", () => {
  const rtsp: OutputView = { ...on, kind: "rtsp", host: "", port: 8554 };
  expect(outputWords(rtsp, live, "open")).toEqual({ tone: "off", text: "outputs.unwatched" });
  expect(outputWords(rtsp, { ...live, watchers: 3 }, "open").values).toEqual({ count: 3 });
});
test("what spectators take says how many watch, and when the disk does not take it", () => {
  const hls: OutputView = { ...on, kind: "hls", host: "", port: 0 };
  expect(outputWords(hls, { ...live, state: "connecting" }, "open").text).toBe("outputs.connecting");
  expect(outputWords(hls, live, "open").text).toBe("outputs.unwatched");
  expect(outputWords(hls, { ...live, watchers: 2 }, "open").values).toEqual({ count: 2 });
  expect(outputWords(hls, { ...live, state: "waiting", trouble: "lost", retry_seconds: 4 }, "open")).toEqual({
    tone: "warn",
    text: "outputs.not_written",
    values: { seconds: 4 },
  });
});
test("the header counts those in trouble", () =>
  expect(
    outputTroubles(
      { state: "open", outputs: { 1: on, 2: on, 3: { ...on, on: false } } },
      new Map<string, Output>([
        ["1", live],
        ["2", { ...live, state: "waiting", trouble: "refused" }],
      ]),
    ),
  ).toBe(1));
