import type { TextKey } from "../../shared/i18n";
import type { Command, ConsoleView } from "../../shared/protocol";
import type { Desk } from "../desk";

/** One thing that an operator does. Buttons, keys, the finder and the help page are drawn from these. */
export interface Action {
  readonly id: string;
  readonly text: TextKey;
  /** KeyboardEvent.key, in lower case. */
  readonly key?: string;
  /** What goes to the server; undefined: not now. */
  readonly command?: (view: ConsoleView, desk: Desk) => Command | undefined;
  /** What changes on the desk only; undefined: not now. */
  readonly change?: (view: ConsoleView, desk: Desk) => Partial<Desk> | undefined;
}

export function possible(action: Action, view: ConsoleView, desk: Desk): boolean {
  return action.command?.(view, desk) !== undefined || action.change?.(view, desk) !== undefined;
}
