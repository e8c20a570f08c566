import type { ReactNode } from "react";
import { type TextKey, t } from "../shared/i18n";
import { useTitle } from "../shared/useTitle";

interface MessageProps {
  readonly title: TextKey;
  readonly text: TextKey;
  readonly name?: string;
  readonly children?: ReactNode;
}

/** A screen that says one thing and offers at most one button. */
export function Message({ title, text, name, children }: MessageProps) {
  useTitle(t(title));
  return (
    <main className="screen message">
      {name && <p className="own-name">{name}</p>}
      <h1>{t(title)}</h1>
      <p className="lead">{t(text)}</p>
      {children}
    </main>
  );
}
