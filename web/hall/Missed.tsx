import { useEffect, useState } from "react";
import { duration } from "../shared/format";
import { t } from "../shared/i18n";
import type { Missed as Stretch } from "../shared/protocol";
import { useNow } from "../shared/useNow";
import { connection, missedUrl, seen } from "./desk";

interface MissedProps {
  readonly missed: Stretch;
  /** While the film is open, the session's own sound is to be low. */
  readonly onLookingBack: (is: boolean) => void;
}

const clock = () => connection.now();
const speed = 1.5;
/** Who has not pressed by then does not want to see it. */
const offeredFor = 5 * 60_000;

/** What this hall missed while its line was cut: an offer, then a small player beside the session. */
export function Missed({ missed, onLookingBack }: MissedProps) {
  const now = useNow(clock);
  const [open, setOpen] = useState(false);
  const [done, setDone] = useState(seen.until);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    onLookingBack(open && !failed);
    return () => onLookingBack(false);
  }, [open, failed, onLookingBack]);
  const close = () => {
    setOpen(false);
    setDone(missed.until);
    seen.keep(missed.until);
  };
  if (missed.until <= done || (!open && now - missed.until > offeredFor)) return null;
  const length = missed.until - missed.from;
  return (
    <aside className="missed" role="status">
      <p>{t("missed.text", { time: duration(length) })}</p>
      {open && !failed && (
        // biome-ignore lint/a11y/useMediaCaption: nobody writes down what is said
        <video
          src={`${missedUrl}?until=${missed.until}`}
          controls
          autoPlay
          playsInline
          onLoadedMetadata={(event) => {
            event.currentTarget.playbackRate = speed;
          }}
          onEnded={close}
          onError={() => setFailed(true)}
        />
      )}
      {failed && (
        <p role="alert">
          <span className="dot warn" /> {t("missed.cannot")}
        </p>
      )}
      <div className="confirm">
        {!open && (
          <button type="button" className="big act" onClick={() => setOpen(true)}>
            {t("missed.watch", { time: duration(length / speed) })}
          </button>
        )}
        <button type="button" className="big" onClick={close}>
          {t(open ? "hall.close" : "missed.skip")}
        </button>
      </div>
    </aside>
  );
}
