import { Button } from "@mantine/core";
import { useState } from "react";
import { bytes, dayAndClock, duration } from "../shared/format";
import { t } from "../shared/i18n";
import type { Recording } from "../shared/protocol";

export function Recordings({ recordings }: { readonly recordings: readonly Recording[] }) {
  const [playing, setPlaying] = useState<Recording["id"]>();
  return (
    <section className="panel">
      <h2>{t("recordings.title")}</h2>
      {recordings.length === 0 && <p className="soft">{t("recordings.none")}</p>}
      <ul className="recordings">
        {recordings.map((recording) => {
          const file = `/api/recordings/${recording.id}/file`;
          return (
            <li key={recording.id}>
              <div className="row wrap">
                <b>{dayAndClock(recording.started_at)}</b>
                <span className="soft">
                  {recording.ended_at !== undefined &&
                    `${duration(recording.ended_at - recording.started_at)} · `}
                  {bytes(recording.size)}
                </span>
                <span className={recording.state === "damaged" ? "warn" : "soft"}>
                  {recording.state !== "ready" && t(`recording.${recording.state}`)}
                </span>
                <span className="space" />
                {recording.state === "ready" && (
                  <>
                    <Button
                      variant="default"
                      size="compact-sm"
                      onClick={() => setPlaying(playing === recording.id ? undefined : recording.id)}
                    >
                      {t(playing === recording.id ? "hall.close" : "recordings.play")}
                    </Button>
                    <Button component="a" variant="default" size="compact-sm" href={file} download>
                      {t("papers.download")}
                    </Button>
                  </>
                )}
              </div>
              {playing === recording.id && (
                // biome-ignore lint/a11y/useMediaCaption: a recording comes without captions
                <video src={file} controls autoPlay />
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
