import { t } from "../shared/i18n";
import { changeDesk, currentDesk } from "./desk";
import { clip, nextCell, place } from "./draft";

/** Puts what plays (a film, a page, the bars) into a cell of NEXT. */
export function ClipToNext() {
  return (
    <button
      type="button"
      title={t("console.film_next")}
      onClick={() => {
        const { draft, cell } = currentDesk();
        changeDesk({ draft: place(draft, cell ?? nextCell(draft), clip), cell: undefined });
      }}
    >
      {t("console.to_next")}
    </button>
  );
}
