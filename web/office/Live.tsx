import { Button } from "@mantine/core";
import type Hls from "hls.js/light";
import { useEffect, useRef, useState } from "react";
import { Link, useParams } from "react-router";
import { api } from "../shared/api";
import { t } from "../shared/i18n";
import type { MeetingId } from "../shared/protocol";
import { useTitle } from "../shared/useTitle";
import { useMeeting } from "./queries";
import { Failed, Loading } from "./States";

const tryAgainAfter = 3000;

/** A session as spectators see it, some seconds late. */
export function Live() {
  const id = Number(useParams()["id"]) as MeetingId;
  const meeting = useMeeting(id);
  useTitle(meeting.data?.meeting.form.title);
  if (meeting.error) return <Failed error={meeting.error} again={() => void meeting.refetch()} />;
  if (!meeting.data) return <Loading />;
  const { live } = meeting.data;
  const { form, state } = meeting.data.meeting;
  return (
    <main className="page wide film">
      <div className="page-head">
        <div>
          <h1>{form.title}</h1>
          <p className="soft">{t("live.late")}</p>
        </div>
        <span className="space" />
        <Button component={Link} variant="default" to={`/meetings/${id}`}>
          {t("film.back")}
        </Button>
      </div>
      {live ? (
        <Player id={id} />
      ) : (
        <p className="panel soft" role="status">
          {t(state === "ended" ? "live.ended" : "live.off")}
        </p>
      )}
    </main>
  );
}

function Player({ id }: { readonly id: MeetingId }) {
  const video = useRef<HTMLVideoElement>(null);
  const [waiting, setWaiting] = useState(true);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    let hls: Hls | undefined;
    let timer: number | undefined;
    let gone = false;
    // Also after the session's outputs have begun anew: what the player knew of the playlist is worth nothing.
    const again = () => {
      hls?.destroy();
      hls = undefined;
      setWaiting(true);
      timer = window.setTimeout(() => void begin(), tryAgainAfter);
    };
    const begin = async () => {
      const library = (await import("hls.js/light")).default;
      if (gone) return;
      hls = new library({ enableWorker: false, liveSyncDurationCount: 2, backBufferLength: 30 });
      hls.on(library.Events.ERROR, (_event, { fatal }) => fatal && again());
      hls.on(library.Events.FRAG_BUFFERED, () => setWaiting(false));
      hls.loadSource(api.liveUrl(id));
      hls.attachMedia(element);
      // Refused before the page was ever touched: the button of the player is there.
      element.play().catch(() => undefined);
    };
    void begin();
    return () => {
      gone = true;
      clearTimeout(timer);
      hls?.destroy();
    };
  }, [id]);
  return (
    <div className="live">
      {/* biome-ignore lint/a11y/useMediaCaption: nobody writes down what is said */}
      <video ref={video} controls playsInline />
      {waiting && (
        <p className="soft" role="status">
          {t("live.waiting")}
        </p>
      )}
    </div>
  );
}
