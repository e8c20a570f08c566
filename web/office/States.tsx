import { Button, Loader } from "@mantine/core";
import type { ReactNode } from "react";
import { serverText, t } from "../shared/i18n";

export function Loading() {
  return (
    <div className="state" role="status" aria-label={t("office.loading")}>
      <Loader />
    </div>
  );
}

/** What failed, in a sentence, and the way to try again. */
export function Failed({ error, again }: { readonly error: unknown; readonly again?: () => void }) {
  return (
    <div className="state" role="alert">
      <span className="dot warn" />
      <p>{messageOf(error)}</p>
      {again && (
        <Button variant="default" onClick={again}>
          {t("office.again")}
        </Button>
      )}
    </div>
  );
}

export function Empty({ children }: { readonly children: ReactNode }) {
  return <div className="state soft">{children}</div>;
}

/** Under a form: why it was not stored. */
export function Refusal({ error }: { readonly error: unknown }) {
  if (!error) return null;
  return (
    <p className="refusal" role="alert">
      <span className="dot warn" /> {messageOf(error)}
    </p>
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : serverText("error.unknown", String(error));
}
