import { useEffect, useState } from "react";
import { type ConnectionStatus, RefusedError } from "../shared/connection";
import { clock, dayOf, duration } from "../shared/format";
import { serverText, t } from "../shared/i18n";
import type { HallView } from "../shared/protocol";
import { useNow } from "../shared/useNow";
import { Documents, loadReader, readable } from "./Documents";
import { connection } from "./desk";
import { Head } from "./Head";
import { fetchAhead } from "./papers";

interface WaitingProps {
  readonly view: HallView | undefined;
  readonly status: ConnectionStatus;
  readonly onBack: () => void;
  readonly onJoin: () => Promise<void>;
}

const now = () => connection.now();

/** Between the check and the session: what it will be, when, and what to read until then. */
export function Waiting({ view, status, onBack, onJoin }: WaitingProps) {
  const time = useNow(now);
  const [refusal, setRefusal] = useState("");
  const [joining, setJoining] = useState(false);
  useFetchAhead(view);
  const press = async () => {
    setJoining(true);
    setRefusal("");
    try {
      await onJoin();
    } catch (error) {
      setRefusal(
        error instanceof RefusedError ? serverText(error.textKey, error.detail) : serverText("error.media"),
      );
    }
    setJoining(false);
  };
  const meeting = view?.meeting;
  const ready = view?.may.join === true && status.kind === "open";
  return (
    <main className="screen waiting">
      <Head view={view} status={status} />
      <div className="waiting-grid">
        <section className="about">
          <h1>{meeting?.title ?? t("hall.connecting")}</h1>
          {meeting && (
            <>
              <p className="lead">
                {t("waiting.when", { clock: clock(meeting.starts_at), day: dayOf(meeting.starts_at) })}
              </p>
              <p className="soft">
                {[meeting.organizer, meeting.chair && t("waiting.chair", { name: meeting.chair })]
                  .filter(Boolean)
                  .join(" · ")}
              </p>
              <p className="countdown" role="timer">
                {view.state === "open" ? (
                  <>
                    <span className="dot air" /> {t("waiting.open")}
                  </>
                ) : time < meeting.starts_at ? (
                  t("waiting.countdown", { time: countdown(meeting.starts_at - time) })
                ) : (
                  t("waiting.due")
                )}
              </p>
            </>
          )}
        </section>
        {view && (
          <section className="card reading">
            <h2>{t("hall.documents")}</h2>
            <Documents documents={view.documents} />
          </section>
        )}
      </div>
      {refusal && (
        <p className="refusal" role="alert">
          <span className="dot warn" /> {refusal}
        </p>
      )}
      <div className="buttons">
        <button type="button" className="big" onClick={onBack}>
          {t("waiting.back")}
        </button>
        <button type="button" className="huge act" disabled={!ready || joining} onClick={() => void press()}>
          {t(joining ? "waiting.joining" : "waiting.join")}
        </button>
      </div>
    </main>
  );
}

/** While there is time. In a session that runs, the line belongs to picture and sound. */
function useFetchAhead(view: HallView | undefined): void {
  const documents = view?.state === "waiting" ? view.documents : undefined;
  useEffect(() => {
    if (!documents) return;
    const gone = new AbortController();
    void fetchAhead(
      documents.filter((document) => readable(document.media_type)),
      gone.signal,
    );
    if (documents.some((document) => readable(document.media_type)))
      loadReader().then(
        (part) => part.startPdf(),
        () => undefined, // tried again when a paper is opened
      );
    return () => gone.abort();
  }, [documents]);
}

function countdown(milliseconds: number): string {
  const days = Math.floor(milliseconds / 86_400_000);
  return days > 0
    ? t("waiting.days", { days, time: duration(milliseconds % 86_400_000) })
    : duration(milliseconds);
}
