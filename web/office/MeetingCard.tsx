import { Button } from "@mantine/core";
import { Link } from "react-router";
import { clock } from "../shared/format";
import { t } from "../shared/i18n";
import type { MeetingMode, MeetingState, MeetingSummary } from "../shared/protocol";
import { lacksOf } from "./lacks";
import { useMe } from "./queries";

interface MeetingCardProps {
  readonly meeting: MeetingSummary;
  readonly all: readonly MeetingSummary[];
  readonly now: number;
}

export function MeetingCard({ meeting, all, now }: MeetingCardProps) {
  const me = useMe();
  const conducts = me.data?.rights.conduct === true && (meeting.mode === "host" || meeting.sites > 0);
  const page = `/meetings/${meeting.id}`;
  return (
    <article className={`card ${meeting.state}`}>
      <div>
        <div className="time">{clock(meeting.starts_at)}</div>
        <div className="soft">{t("week.until", { time: clock(meeting.ends_at) })}</div>
      </div>
      <div>
        <div className="row wrap">
          <ModeMark mode={meeting.mode} organizer={meeting.organizer} />
          <StateMark state={meeting.state} />
          <h3>
            <Link to={page}>{meeting.title}</Link>
          </h3>
        </div>
        <div className="meta">
          {(meeting.mode === "host" || meeting.sites > 0) && (
            <span>{t("week.sites", { sites: meeting.sites, confirmed: meeting.confirmed })}</span>
          )}
          <span>{t("week.items", { items: meeting.agenda_items, documents: meeting.documents })}</span>
          {meeting.place && <span>{meeting.place}</span>}
          {meeting.chair && <span>{t("waiting.chair", { name: meeting.chair })}</span>}
          {lacksOf(meeting, all, now).map((lack) => (
            <span key={lack.text} className="lack">
              ◆ {t(lack.text, lack.values)}
            </span>
          ))}
        </div>
      </div>
      {meeting.state === "live" && conducts ? (
        <a className="air-button" href={`/console/${meeting.id}`}>
          ● {t("week.enter_console")}
        </a>
      ) : (
        <Button component={Link} to={page} variant="default">
          {t("week.open")}
        </Button>
      )}
    </article>
  );
}

/** Host and guest differ by shape, not by colour alone. */
export function ModeMark({ mode, organizer }: { readonly mode: MeetingMode; readonly organizer: string }) {
  if (mode === "host") return <span className="mark host">{t("mode.host")}</span>;
  return (
    <span className="mark guest">{organizer ? t("mode.guest_of", { organizer }) : t("mode.guest")}</span>
  );
}

export function StateMark({ state }: { readonly state: MeetingState }) {
  if (state === "planned") return null;
  return (
    <span className={`mark state-${state}`}>
      {state === "live" && "● "}
      {t(`state.${state}`)}
    </span>
  );
}
