import { Button } from "@mantine/core";
import { useRef, useState } from "react";
import { Link, useParams } from "react-router";
import { bytes, dayAndClock, duration } from "../shared/format";
import { t } from "../shared/i18n";
import type { FilmLog, RecordingId, Stretch } from "../shared/protocol";
import { useTitle } from "../shared/useTitle";
import { DownloadFilm } from "./DownloadFilm";
import { useFilm } from "./queries";
import { Failed, Loading } from "./States";

/** The film of a session: chapters to jump to, and who spoke when. */
export function FilmPage() {
  const id = Number(useParams()["id"]) as RecordingId;
  const film = useFilm(id);
  const video = useRef<HTMLVideoElement>(null);
  const [at, setAt] = useState(0);
  useTitle(film.data?.title);
  if (film.error) return <Failed error={film.error} again={() => void film.refetch()} />;
  if (!film.data) return <Loading />;
  const { recording, title, log } = film.data;
  const goTo = (milliseconds: number) => {
    const element = video.current;
    if (!element) return;
    element.currentTime = milliseconds / 1000;
    // Refused only before the page was ever touched: then the picture stands where it was asked for.
    element.play().catch(() => undefined);
  };
  return (
    <main className="page wide film">
      <div className="page-head">
        <div>
          <h1>{title}</h1>
          <p className="soft">
            {dayAndClock(recording.started_at)} · {duration(log.length)} · {bytes(recording.size)}
          </p>
        </div>
        <span className="space" />
        <Button component={Link} variant="default" to={`/meetings/${recording.meeting}`}>
          {t("film.back")}
        </Button>
        <DownloadFilm recording={recording} />
      </div>
      <div className="film-columns">
        <div className="column">
          {/* biome-ignore lint/a11y/useMediaCaption: nobody writes down what is said; the chapters are a track */}
          <video
            ref={video}
            src={`/api/recordings/${id}/file`}
            controls
            preload="metadata"
            onTimeUpdate={(event) => setAt(event.currentTarget.currentTime * 1000)}
            onSeeked={(event) => setAt(event.currentTarget.currentTime * 1000)}
          >
            <track kind="chapters" src={`/api/recordings/${id}/chapters.vtt`} srcLang="vi" default />
          </video>
          <Voices log={log} at={at} goTo={goTo} />
        </div>
        <Chapters log={log} at={at} goTo={goTo} />
      </div>
    </main>
  );
}

interface PartProps {
  readonly log: FilmLog;
  /** Where the film stands, in milliseconds. */
  readonly at: number;
  readonly goTo: (milliseconds: number) => void;
}

function Chapters({ log, at, goTo }: PartProps) {
  const current = log.chapters.findLastIndex((chapter) => chapter.at <= at + 50);
  return (
    <section className="panel">
      <h2>{t("film.chapters")}</h2>
      {log.chapters.length === 0 && <p className="soft">{t("film.no_chapters")}</p>}
      <ol className="chapters">
        {log.chapters.map((chapter, index) => (
          <li key={`${chapter.kind}${chapter.at}`}>
            <button
              type="button"
              className={`chapter ${chapter.kind}`}
              aria-current={index === current}
              onClick={() => goTo(chapter.at)}
            >
              <span className="when">{duration(chapter.at)}</span>
              <span>{chapter.title}</span>
              <span className="soft">{t(chapter.kind === "item" ? "film.item" : "film.speaker")}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** One row a hall: thin where its microphone was open, thick where it had the floor. */
function Voices({ log, at, goTo }: PartProps) {
  const voices = Object.entries(log.voices);
  if (voices.length === 0 || log.length === 0) return null;
  const percent = (milliseconds: number) => `${(milliseconds / log.length) * 100}%`;
  return (
    <section className="panel">
      <h2>{t("film.voices")}</h2>
      <div className="voices">
        {voices.map(([site, voice]) => (
          <div key={site} className="voice">
            <span className="voice-name">{voice.name}</span>
            <span className="voice-line">
              <Stretches
                kind="microphone"
                name={voice.name}
                of={voice.microphone}
                percent={percent}
                goTo={goTo}
              />
              <Stretches kind="floor" name={voice.name} of={voice.floor} percent={percent} goTo={goTo} />
              <i className="playhead" style={{ left: percent(Math.min(at, log.length)) }} />
            </span>
          </div>
        ))}
      </div>
      <p className="legend soft">
        <span>
          <i className="floor" /> {t("film.floor")}
        </span>
        <span>
          <i className="microphone" /> {t("film.microphone")}
        </span>
      </p>
    </section>
  );
}

interface StretchesProps {
  readonly kind: "floor" | "microphone";
  readonly name: string;
  readonly of: readonly Stretch[];
  readonly percent: (milliseconds: number) => string;
  readonly goTo: (milliseconds: number) => void;
}

function Stretches({ kind, name, of, percent, goTo }: StretchesProps) {
  return of.map(({ from, until }) => {
    const text = t("film.go_to", { time: duration(from), title: `${name} (${t(`film.${kind}`)})` });
    return (
      <button
        key={from}
        type="button"
        className={kind}
        style={{ left: percent(from), width: percent(until - from) }}
        title={text}
        aria-label={text}
        onClick={() => goTo(from)}
      />
    );
  });
}
