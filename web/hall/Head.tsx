import type { ConnectionStatus } from "../shared/connection";
import { setLanguage, t, useLanguage } from "../shared/i18n";
import type { HallView } from "../shared/protocol";
import { LineLost } from "./LineLost";

interface HeadProps {
  readonly view: HallView | undefined;
  readonly status: ConnectionStatus;
}

/** Own number and name, the meeting, and the state of the line: on top of Check and Waiting. */
export function Head({ view, status }: HeadProps) {
  const language = useLanguage();
  return (
    <header className="head">
      <p className="own-name">
        {view ? `${String(view.number).padStart(2, "0")} · ${view.name}` : t("app.name")}
      </p>
      <p className="meeting-title">{view?.meeting.title}</p>
      <button
        type="button"
        className="language"
        lang={language === "vi" ? "en" : "vi"}
        onClick={() => void setLanguage(language === "vi" ? "en" : "vi")}
      >
        {language === "vi" ? "English" : "Tiếng Việt"}
      </button>
      {view && status.kind === "waiting" && <LineLost status={status} />}
    </header>
  );
}
