import { useEffect } from "react";
import { t } from "./i18n";

/** What stands on the browser's tab: a screen reader says it first, and a person finds the page again by it. */
export function useTitle(text: string | undefined): void {
  useEffect(() => {
    document.title = text ? `${text} · ${t("app.name")}` : t("app.name");
  }, [text]);
}
