import { useState } from "react";
import { clock, duration } from "../shared/format";
import { serverText, t } from "../shared/i18n";
import type { AgendaLine, ClipView, ConsoleView, DocumentLine } from "../shared/protocol";
import { useNow } from "../shared/useNow";
import { Bars } from "./Bars";
import { ClipToNext } from "./ClipToNext";
import { clipPosition } from "./clipPosition";
import { connection, give } from "./desk";
import { clip, dragged } from "./draft";
import { dragType } from "./Next";
import { Paper } from "./Paper";

const lateAfter = 60_000;
const serverNow = () => connection.now();

/** The agenda with planned and actual times, the films and the papers. */
export function RunSheet({ view }: { readonly view: ConsoleView }) {
  return (
    <section className="panel sheet" aria-label={t("console.sheet")}>
      <h2>
        {t("console.sheet")}
        <span className="space" />
        <span className="faint">{t("console.planned_actual")}</span>
      </h2>
      <ol className="agenda">
        {view.agenda.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an item is its place in the agenda
          <Item key={index} line={line} index={index} view={view} />
        ))}
      </ol>
      {view.agenda.length === 0 && <p className="faint small">{t("console.no_agenda")}</p>}
      <div className="films">
        {view.clips.map((film) => (
          <Film key={film.id} film={film} view={view} />
        ))}
        <Bars view={view} />
      </div>
      {view.documents.length > 0 && (
        <ul className="papers">
          {view.documents.map((document) => (
            <Paper key={document.id} paper={document} view={view} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Item({
  line,
  index,
  view,
}: {
  readonly line: AgendaLine;
  readonly index: number;
  readonly view: ConsoleView;
}) {
  const current = view.item === index;
  const startable = view.state === "open" && !current;
  const done = line.begun_at !== undefined && !current;
  const late =
    line.begun_at !== undefined &&
    line.planned_at !== undefined &&
    line.begun_at - line.planned_at > lateAfter;
  const speaker = line.speaker === undefined ? undefined : view.sites[line.speaker];
  return (
    <li>
      <button
        type="button"
        className={current ? "item current" : done ? "item done" : "item"}
        aria-current={current ? "step" : undefined}
        // Not disabled: a long agenda is scrolled by the keyboard through its items.
        aria-disabled={!startable}
        title={t("console.begin_item")}
        onClick={() => startable && void give({ type: "begin_item", item: index })}
      >
        <span>{line.planned_at === undefined ? "" : clock(line.planned_at)}</span>
        <span className="what">
          {done && "✓ "}
          {line.title}
          {speaker && <span className="small soft block">{speaker.name}</span>}
        </span>
        <span className={late ? "small warn" : "small"}>
          {line.begun_at === undefined ? "" : clock(line.begun_at)}
        </span>
      </button>
    </li>
  );
}

/** How far the film is, and the way to another place in it: sent when the handle is let go. */
function FilmPosition({ clip: film }: { readonly clip: ClipView }) {
  const now = useNow(serverNow);
  const [dragged, setDragged] = useState<number>();
  if (!film.length) return null;
  const at = dragged ?? clipPosition(film, now);
  const seek = () => {
    if (dragged === undefined) return;
    setDragged(undefined);
    void give({ type: "seek_clip", position: dragged });
  };
  return (
    <span className="position">
      <input
        type="range"
        min={0}
        max={film.length}
        step={1000}
        value={at}
        aria-label={t("console.film_position")}
        aria-valuetext={`${duration(at)} / ${duration(film.length)}`}
        onChange={(event) => setDragged(Number(event.target.value))}
        onPointerUp={seek}
        onKeyUp={seek}
        onBlur={seek}
      />
      <span className="small faint">
        {duration(at)} / {duration(film.length)}
      </span>
    </span>
  );
}

function Film({ film, view }: { readonly film: DocumentLine; readonly view: ConsoleView }) {
  const { state, document, reason } = view.clip;
  const mine = view.clip.kind === "film" && document === film.id;
  const running = mine && (state === "playing" || state === "paused");
  return (
    <div
      className="film"
      role="group"
      aria-label={film.title}
      draggable
      onDragStart={(event) => event.dataTransfer.setData(dragType, dragged(clip))}
    >
      <span className={running ? "what running" : "what"} title={film.title}>
        ▶ {film.title}
        {mine && state === "failed" && (
          <span className="small warn block" role="alert">
            {serverText(reason)}
          </span>
        )}
      </span>
      <ClipToNext />
      {running ? (
        <>
          <button
            type="button"
            onClick={() => void give({ type: state === "playing" ? "pause_clip" : "resume_clip" })}
          >
            {t(
              state === "playing"
                ? "console.film_pause"
                : view.clip.position === 0
                  ? "console.film_play"
                  : "console.film_resume",
            )}
          </button>
          <button type="button" onClick={() => void give({ type: "stop_clip" })}>
            {t("console.film_stop")}
          </button>
          <button
            type="button"
            aria-pressed={view.clip.loop}
            className={view.clip.loop ? "act" : ""}
            title={t("console.film_loop_why")}
            onClick={() => void give({ type: "loop_clip", on: !view.clip.loop })}
          >
            {t("console.film_loop")}
          </button>
          <FilmPosition clip={view.clip} />
        </>
      ) : (
        <>
          <button
            type="button"
            disabled={!view.may.clip}
            title={t("console.film_cue_why")}
            onClick={() => void give({ type: "cue_clip", document: film.id })}
          >
            {t("console.film_cue")}
          </button>
          <button
            type="button"
            disabled={!view.may.clip}
            onClick={() => void give({ type: "play_clip", document: film.id })}
          >
            {t("console.film_play")}
          </button>
        </>
      )}
    </div>
  );
}
