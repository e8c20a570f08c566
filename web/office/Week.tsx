import { Button } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { dayAndMonth, startOfDay, startOfWeek, weekOfMonth } from "../shared/format";
import { t } from "../shared/i18n";
import type { MeetingSummary } from "../shared/protocol";
import { useNow } from "../shared/useNow";
import { useTitle } from "../shared/useTitle";
import { MeetingCard } from "./MeetingCard";
import { useMe, useMeetings } from "./queries";
import { Empty, Failed, Loading } from "./States";

export const weekdays = ["day.1", "day.2", "day.3", "day.4", "day.5", "day.6", "day.0"] as const;

/** What is on this week, day by day, and what lacks something. */
export function Week() {
  const now = useNow();
  useTitle(t("nav.week"));
  const [away, setAway] = useState(0);
  const monday = startOfDay(startOfWeek(now), away * 7);
  const meetings = useMeetings(monday, startOfDay(monday, 7));
  const me = useMe();
  const found = meetings.data ?? [];
  const guests = found.filter((meeting) => meeting.mode === "guest").length;
  const thursday = new Date(startOfDay(monday, 3));
  return (
    <main className="page">
      <div className="page-head">
        <div>
          <h1>
            {t("week.title", {
              week: weekOfMonth(thursday.getTime()),
              month: String(thursday.getMonth() + 1).padStart(2, "0"),
              year: thursday.getFullYear(),
            })}
          </h1>
          {meetings.data && (
            <p className="soft">
              {t("week.count", { count: found.length, host: found.length - guests, guest: guests })}
            </p>
          )}
        </div>
        <span className="space" />
        <Button.Group>
          <Button variant="default" aria-label={t("week.before")} onClick={() => setAway(away - 1)}>
            ◂
          </Button>
          <Button variant="default" disabled={away === 0} onClick={() => setAway(0)}>
            {t("nav.week")}
          </Button>
          <Button variant="default" aria-label={t("week.after")} onClick={() => setAway(away + 1)}>
            ▸
          </Button>
        </Button.Group>
      </div>
      {meetings.error ? (
        <Failed error={meetings.error} again={() => void meetings.refetch()} />
      ) : meetings.isPending ? (
        <Loading />
      ) : found.length === 0 ? (
        <Empty>
          <p>{t("week.empty")}</p>
          {me.data?.rights.edit_meetings && (
            <Button component={Link} to="/meetings/new">
              {t("nav.new")}
            </Button>
          )}
        </Empty>
      ) : (
        weekdays.map((name, index) => (
          <Day
            key={name}
            name={t(name)}
            at={startOfDay(monday, index)}
            today={startOfDay(now)}
            now={now}
            meetings={found}
          />
        ))
      )}
    </main>
  );
}

interface DayProps {
  readonly name: string;
  readonly at: number;
  readonly today: number;
  readonly now: number;
  readonly meetings: readonly MeetingSummary[];
}

function Day({ name, at, today, now, meetings }: DayProps) {
  const on = meetings.filter((meeting) => startOfDay(meeting.starts_at) === at);
  if (on.length === 0 && at !== today) return null;
  return (
    <section className="day">
      <h2 className={at === today ? "date today" : "date"}>
        {name}
        <b>{dayAndMonth(at)}</b>
        {at === today && t("week.today")}
      </h2>
      <div className="cards">
        {on.length === 0 && <p className="soft no-meeting">{t("week.nothing_today")}</p>}
        {on.map((meeting) => (
          <MeetingCard key={meeting.id} meeting={meeting} all={meetings} now={now} />
        ))}
      </div>
    </section>
  );
}
