import { serverText, t } from "../shared/i18n";
import type { ConsoleView } from "../shared/protocol";
import { ClipToNext } from "./ClipToNext";
import { give } from "./desk";

/** Colour bars and a tone in place of a film: every hall says whether it sees and hears them. */
export function Bars({ view }: { readonly view: ConsoleView }) {
  const mine = view.clip.kind === "bars";
  const running = mine && view.clip.state === "playing";
  return (
    <div className="film" role="group" aria-label={t("console.bars")}>
      <span className={running ? "what running" : "what"} title={t("console.bars_why")}>
        {t("console.bars")}
        {mine && view.clip.state === "failed" && (
          <span className="small warn block" role="alert">
            {serverText(view.clip.reason)}
          </span>
        )}
      </span>
      <ClipToNext />
      <button
        type="button"
        disabled={!view.may.clip}
        onClick={() => void give({ type: running ? "stop_clip" : "show_bars" })}
      >
        {t(running ? "console.film_stop" : "console.bars_show")}
      </button>
    </div>
  );
}
