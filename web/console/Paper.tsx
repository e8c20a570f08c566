import { serverText, t } from "../shared/i18n";
import type { ConsoleView, DocumentLine } from "../shared/protocol";
import { ClipToNext } from "./ClipToNext";
import { give } from "./desk";

/** A paper of the meeting: opened beside the console, and what has pages shown on stage page by page. */
export function Paper({ paper, view }: { readonly paper: DocumentLine; readonly view: ConsoleView }) {
  const { clip } = view;
  const mine = clip.kind === "page" && clip.document === paper.id;
  // One page that cannot be drawn is no reason to begin anew.
  const shown = mine && (clip.state === "paused" || clip.state === "failed");
  const page = clip.page ?? 1;
  const turn = (to: number) => void give({ type: "show_page", document: paper.id, page: to });
  return (
    <li className="paper">
      <span className={shown ? "what running" : "what"}>
        <a href={`/api/documents/${paper.id}/file`} target="_blank" rel="noreferrer" title={paper.title}>
          {paper.title}
        </a>
        <span className="small faint"> {paper.code}</span>
      </span>
      {shown && (
        <>
          <ClipToNext />
          <button
            type="button"
            aria-label={t("console.page_before")}
            disabled={page <= 1}
            onClick={() => turn(page - 1)}
          >
            ‹
          </button>
          <span className="small page" aria-live="polite">
            {clip.pages === undefined ? page : `${page}/${clip.pages}`}
          </span>
          <button
            type="button"
            aria-label={t("console.page_after")}
            disabled={clip.pages !== undefined && page >= clip.pages}
            onClick={() => turn(page + 1)}
          >
            ›
          </button>
          <button type="button" onClick={() => void give({ type: "stop_clip" })}>
            {t("console.film_stop")}
          </button>
        </>
      )}
      {paper.has_pages && !shown && (
        <button
          type="button"
          disabled={!view.may.clip}
          title={t("console.page_show_why")}
          onClick={() => turn(1)}
        >
          {t("console.film_play")}
        </button>
      )}
      {mine && clip.state === "failed" && (
        <span className="small warn why" role="alert">
          {serverText(clip.reason)}
        </span>
      )}
    </li>
  );
}
