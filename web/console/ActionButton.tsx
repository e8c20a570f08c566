import type { ReactNode } from "react";
import { t } from "../shared/i18n";
import type { ConsoleView } from "../shared/protocol";
import { type Action, possible } from "./actions/action";
import { run } from "./actions/list";
import { useDesk } from "./desk";

const keyNames: Readonly<Record<string, string>> = { enter: "Enter", backspace: "⌫", escape: "Esc" };

export function keyName(key: string): string {
  return keyNames[key] ?? key.toUpperCase();
}

interface ActionButtonProps {
  readonly action: Action;
  readonly view: ConsoleView;
  readonly className?: string;
  readonly children?: ReactNode;
}

export function ActionButton({ action, view, className = "", children }: ActionButtonProps) {
  const desk = useDesk();
  return (
    <button
      type="button"
      className={className}
      disabled={!possible(action, view, desk)}
      onClick={() => run(action)}
    >
      {children ?? t(action.text)}
      {action.key && <kbd>{keyName(action.key)}</kbd>}
    </button>
  );
}
