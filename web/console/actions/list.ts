import { changeDesk, connection, currentDesk, give } from "../desk";
import type { Action } from "./action";
import { giveFloorToNext, moreTime, takeFloor } from "./floor";
import { askEnd, closeMicrophones, find, help, letGo, openSession, outputs, record } from "./session";
import { cut, layoutActions, takeAir, undo } from "./stage";

/** In the order of the help page. */
export const actions: readonly Action[] = [
  cut,
  undo,
  ...layoutActions,
  takeAir,
  find,
  giveFloorToNext,
  moreTime,
  takeFloor,
  closeMicrophones,
  record,
  outputs,
  openSession,
  askEnd,
  help,
  letGo,
];

export function run(action: Action): void {
  const view = connection.store.get();
  if (!view) return;
  const desk = currentDesk();
  const command = action.command?.(view, desk);
  if (command) void give(command);
  const change = action.change?.(view, desk);
  if (change) changeDesk(change);
}

/** Single keys rest while something is typed, or composed by Telex and VNI. */
export function listenForKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]"))
      return;
    const key = event.key.toLowerCase();
    if (
      (key === "enter" || key === " ") &&
      event.target instanceof Element &&
      event.target.closest("button, a")
    )
      return;
    const action = actions.find((one) => one.key === key);
    if (!action || event.repeat) return;
    event.preventDefault();
    run(action);
  });
}
