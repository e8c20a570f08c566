import { Button } from "@mantine/core";
import { Link } from "react-router";
import { bytes, dayAndClock } from "../shared/format";
import { t } from "../shared/i18n";
import type { Recording } from "../shared/protocol";

export function Recordings({ recordings }: { readonly recordings: readonly Recording[] }) {
  return (
    <section className="panel">
      <h2>{t("recordings.title")}</h2>
      {recordings.length === 0 && <p className="soft">{t("recordings.none")}</p>}
      <ul className="recordings">
        {recordings.map((recording) => (
          <li key={recording.id} className="row wrap">
            <b>{dayAndClock(recording.started_at)}</b>
            <span className="soft">{bytes(recording.size)}</span>
            <span className={recording.state === "damaged" ? "warn" : "soft"}>
              {recording.state !== "ready" && t(`recording.${recording.state}`)}
            </span>
            <span className="space" />
            {recording.state === "ready" && (
              <Button component={Link} variant="default" size="compact-sm" to={`/recordings/${recording.id}`}>
                {t("recordings.play")}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
