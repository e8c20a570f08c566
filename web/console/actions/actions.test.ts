import { expect, test } from "vitest";
import type { ConsoleView, SiteId } from "../../shared/protocol";
import type { Desk } from "../desk";
import { camera } from "../draft";
import { possible } from "./action";
import { giveFloorToNext, moreTime, takeFloor } from "./floor";
import { askEnd, closeMicrophones, record, stopRecording } from "./session";
import { cut, layoutActions, takeAir, undo } from "./stage";

const site = (id: number) => id as SiteId;
const may = {
  open: false,
  end: true,
  stage: true,
  undo: true,
  record: true,
  clip: true,
  add_output: true,
  add_rtsp: false,
  add_hls: false,
};
const view = (change: Partial<ConsoleView> = {}): ConsoleView =>
  ({
    state: "open",
    scene: { layout: "single", cells: [{ source: camera(site(1)) }] },
    sites: {},
    waiting: [],
    recorder: { state: "off", reason: "" },
    may,
    ...change,
  }) as unknown as ConsoleView;
const desk = (change: Partial<Desk> = {}): Desk =>
  ({
    draft: { layout: "single", cells: [{ source: camera(site(4)) }] },
    speakingMinutes: 5,
    ...change,
  }) as unknown as Desk;

test("the cut puts the draft on air", () =>
  expect(cut.command?.(view(), desk())).toEqual({ type: "stage_scene", scene: desk().draft }));
test("the cut rests when the draft is on air already, and when the server says no", () => {
  expect(possible(cut, view(), desk({ draft: view().scene }))).toBe(false);
  expect(possible(cut, view({ may: { ...may, stage: false } }), desk())).toBe(false);
});
test("undo goes by the server's word", () => {
  expect(undo.command?.(view(), desk())).toEqual({ type: "undo_scene" });
  expect(possible(undo, view({ may: { ...may, undo: false } }), desk())).toBe(false);
});
test("the draft takes what is on air", () =>
  expect(takeAir.change?.(view(), desk())).toMatchObject({ draft: view().scene }));
test("keys 1 to 6 are the layouts in order", () => {
  expect(layoutActions.map(({ key }) => key)).toEqual(["1", "2", "3", "4", "5", "6"]);
  expect(layoutActions[4]?.change?.(view(), desk())?.draft?.cells).toHaveLength(9);
});
test("the floor goes to the first who waits, for the chosen time", () => {
  const waiting = view({ waiting: [site(2), site(5)] });
  expect(giveFloorToNext.command?.(waiting, desk())).toEqual({ type: "give_floor", site: 2, seconds: 300 });
  expect(giveFloorToNext.command?.(waiting, desk({ speakingMinutes: 0 }))).toEqual({
    type: "give_floor",
    site: 2,
  });
  expect(possible(giveFloorToNext, view(), desk())).toBe(false);
});
test("more time only where there is a limit", () => {
  const speaking = view({ speaker: { site: site(4), since: 1, until: 2 } });
  expect(moreTime.command?.(speaking, desk())).toEqual({ type: "extend_floor", seconds: 60 });
  expect(possible(moreTime, view({ speaker: { site: site(4), since: 1 } }), desk())).toBe(false);
  expect(possible(takeFloor, view(), desk())).toBe(false);
});
test("recording starts at once and asks before it stops", () => {
  expect(record.command?.(view(), desk())).toEqual({ type: "start_recording" });
  const running = view({ recorder: { state: "recording", since: 1, reason: "" } });
  expect(record.command?.(running, desk())).toBeUndefined();
  expect(record.change?.(running, desk())).toEqual({ asking: "stop_recording" });
  expect(stopRecording.command?.(running, desk())).toEqual({ type: "stop_recording" });
  expect(stopRecording.change?.(running, desk()), "the question is over").toEqual({ asking: undefined });
});
test("a failed recorder can be started again", () =>
  expect(
    record.command?.(view({ recorder: { state: "failed", reason: "recording.disk_full" } }), desk()),
  ).toEqual({
    type: "start_recording",
  }));
test("ending asks first, and nothing is muted before the session is open", () => {
  expect(askEnd.change?.(view(), desk())).toEqual({ asking: "end" });
  expect(possible(closeMicrophones, view({ state: "waiting" }), desk())).toBe(false);
});
