import { useSyncExternalStore } from "react";
import { Connection, deviceName, RefusedError, signalingUrl } from "../shared/connection";
import { serverText, type TextKey, t } from "../shared/i18n";
import { MediaLine } from "../shared/mediaLine";
import type { Command, ConsoleView, MeetingId, Scene, SiteId, Tick } from "../shared/protocol";
import { camera, nextCell, place, type Source, withLayout } from "./draft";
import { FastFacts } from "./fast";
import type { Order } from "./trouble";

/** What the operator has before them that the server need not know. */
export interface Desk {
  readonly draft: Scene;
  readonly cell: number | undefined; // chosen in NEXT: the next hall goes there
  readonly site: SiteId | undefined; // chosen on the wall: its figures are shown
  readonly armed: boolean; // the chosen site waits for a cell to be clicked
  readonly asking: "end" | "stop_recording" | undefined;
  readonly help: boolean;
  readonly finding: boolean;
  readonly outputs: boolean; // shown instead of the run sheet
  readonly order: Order;
  readonly speakingMinutes: number; // 0: without limit
  readonly notice: { readonly text: string; readonly bad: boolean } | undefined;
}

export const meetingId = Number(location.pathname.split("/")[2]) as MeetingId;

export const connection = new Connection<ConsoleView>(
  signalingUrl(),
  { device: deviceName(), meeting: meetingId },
  (whole) => whole.console,
);
export const media = new MediaLine(connection, "receives");
export const fast = new FastFacts();

let desk: Desk = {
  draft: { layout: "side_by_side", cells: [{}, {}] },
  cell: undefined,
  site: undefined,
  armed: false,
  asking: undefined,
  help: false,
  finding: false,
  outputs: false,
  order: "trouble",
  speakingMinutes: 5,
  notice: undefined,
};
let tick: Tick | undefined;
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const currentDesk = (): Desk => desk;
const currentTick = (): Tick | undefined => tick;

export function changeDesk(change: Partial<Desk>): void {
  const before = desk;
  desk = { ...desk, ...change };
  // The cameras of NEXT begin to send before the cut.
  if (desk.draft !== before.draft) connection.send({ type: "show_next", scene: desk.draft });
  for (const listener of listeners) listener();
}

export const useDesk = (): Desk => useSyncExternalStore(subscribe, currentDesk);
export const useTick = (): Tick | undefined => useSyncExternalStore(subscribe, currentTick);

/** Says what came of it; a refusal stays until the next one or until it is read (5 s). */
let noticeTimer: ReturnType<typeof setTimeout> | undefined;
function notice(text: string, bad: boolean): void {
  changeDesk({ notice: { text, bad } });
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => changeDesk({ notice: undefined }), 5000);
}

/** Whether it was granted. */
export async function give(command: Command, done?: TextKey): Promise<boolean> {
  try {
    await connection.give(command);
    if (done) notice(t(done), false);
    return true;
  } catch (error) {
    if (error instanceof RefusedError) notice(serverText(error.textKey, error.detail), true);
    return false;
  }
}

/** Into the chosen cell of NEXT, or the first that is free. */
export function putInNext(source: Source, change: Partial<Desk> = {}): void {
  const { draft, cell } = desk;
  changeDesk({ ...change, draft: place(draft, cell ?? nextCell(draft), source), cell: undefined });
}

/** Alone, at once. */
export function putOnAir(source: Source): void {
  const scene = place(withLayout({ layout: "single", cells: [] }, "single"), 0, source);
  void give({ type: "stage_scene", scene });
}

export function startDesk(): void {
  let drafted = false;
  connection.on("levels", ({ levels }) => fast.hearLevels(levels));
  connection.on("lines", ({ lines }) => fast.hearLines(lines));
  connection.on("cameras", ({ cameras }) => fast.hearCameras(cameras));
  connection.on("outputs", (message) => fast.hearOutputs(message));
  connection.onSnapshot((site, jpeg) => void fast.hearSnapshot(site, jpeg));
  connection.on("tick", (message) => {
    tick = message;
    changeDesk({});
  });
  connection.on("whole", ({ console: view }) => {
    if (!view) return;
    if (drafted) return connection.send({ type: "show_next", scene: desk.draft });
    drafted = true;
    changeDesk({ draft: firstDraft(view) });
  });
  let offeredIn = "";
  connection.store.subscribe(() => {
    // Once in each state of the session: what was refused before it was open is asked for again when it is.
    const state = connection.store.get()?.state ?? "";
    if (state === offeredIn || connection.status().kind !== "open") return;
    offeredIn = state;
    void media.start().catch(() => undefined);
  });
  connection.subscribeStatus(() => {
    const state = connection.store.get()?.state ?? "";
    if (connection.status().kind !== "open" || offeredIn === state) return;
    offeredIn = state;
    void media.start().catch(() => undefined);
  });
  connection.start();
}

/** What is on air, or the main hall alone before anything is. */
function firstDraft(view: ConsoleView): Scene {
  if (view.scene.cells.some((cell) => cell.source)) return view.scene;
  const main = Object.entries(view.sites).find(([, site]) => site.main);
  const empty = withLayout({ layout: "single", cells: [] }, "single");
  return main ? place(empty, 0, camera(Number(main[0]) as SiteId)) : empty;
}
