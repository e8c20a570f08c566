import { Button, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { clock, dayOf, startOfDay, startOfMonth, startOfWeek } from "../shared/format";
import { t } from "../shared/i18n";
import type { MeetingSummary, Time } from "../shared/protocol";
import { useNow } from "../shared/useNow";
import { useTitle } from "../shared/useTitle";
import { ModeMark, StateMark } from "./MeetingCard";
import { useMeetings } from "./queries";
import { Empty, Failed, Loading } from "./States";
import { weekdays } from "./Week";

/** A month as a grid, or as a list with everything spelled out. */
export function Calendar() {
  const now = useNow();
  useTitle(t("nav.calendar"));
  const [away, setAway] = useState(0);
  const [shape, setShape] = useState<string>("month");
  const month = startOfMonth(now, away);
  const first = startOfWeek(month);
  const end = startOfMonth(month, 1);
  const weeks = Math.ceil(Math.round((end - first) / 86_400_000) / 7);
  const meetings = useMeetings(first, startOfDay(first, weeks * 7));
  const date = new Date(month);
  return (
    <main className="page wide">
      <div className="page-head">
        <h1>
          {t("calendar.title", {
            month: String(date.getMonth() + 1).padStart(2, "0"),
            year: date.getFullYear(),
          })}
        </h1>
        <span className="space" />
        <SegmentedControl
          value={shape}
          onChange={setShape}
          data={[
            { value: "month", label: t("calendar.month") },
            { value: "list", label: t("calendar.list") },
          ]}
        />
        <Button.Group>
          <Button variant="default" aria-label={t("calendar.before")} onClick={() => setAway(away - 1)}>
            ◂
          </Button>
          <Button variant="default" disabled={away === 0} onClick={() => setAway(0)}>
            {t("calendar.this_month")}
          </Button>
          <Button variant="default" aria-label={t("calendar.after")} onClick={() => setAway(away + 1)}>
            ▸
          </Button>
        </Button.Group>
      </div>
      {meetings.error ? (
        <Failed error={meetings.error} again={() => void meetings.refetch()} />
      ) : meetings.isPending ? (
        <Loading />
      ) : shape === "month" ? (
        <Month
          first={first}
          weeks={weeks}
          month={month}
          end={end}
          today={startOfDay(now)}
          meetings={meetings.data}
        />
      ) : (
        <List meetings={meetings.data.filter(({ starts_at }) => starts_at >= month && starts_at < end)} />
      )}
    </main>
  );
}

interface MonthProps {
  readonly first: Time;
  readonly weeks: number;
  readonly month: Time;
  readonly end: Time;
  readonly today: Time;
  readonly meetings: readonly MeetingSummary[];
}

function Month({ first, weeks, month, end, today, meetings }: MonthProps) {
  const days = Array.from({ length: weeks * 7 }, (_, index) => startOfDay(first, index));
  return (
    <div className="month">
      {weekdays.map((name) => (
        <div key={name} className="weekday">
          {t(name)}
        </div>
      ))}
      {days.map((day) => (
        <div
          key={day}
          className={`month-day${day < month || day >= end ? " outside" : ""}${day === today ? " today" : ""}`}
        >
          <span className="day-number">{new Date(day).getDate()}</span>
          {meetings
            .filter(({ starts_at }) => startOfDay(starts_at) === day)
            .map((meeting) => (
              <Link
                key={meeting.id}
                to={`/meetings/${meeting.id}`}
                className={`entry ${meeting.mode} ${meeting.state}`}
                title={meeting.title}
              >
                <b>{clock(meeting.starts_at)}</b> {meeting.title}
              </Link>
            ))}
        </div>
      ))}
    </div>
  );
}

function List({ meetings }: { readonly meetings: readonly MeetingSummary[] }) {
  if (meetings.length === 0) return <Empty>{t("calendar.empty")}</Empty>;
  return (
    <table className="list">
      <thead>
        <tr>
          <th>{t("form.day")}</th>
          <th>{t("form.time")}</th>
          <th>{t("form.mode")}</th>
          <th>{t("form.title")}</th>
          <th>{t("form.place")}</th>
          <th>{t("form.sites")}</th>
        </tr>
      </thead>
      <tbody>
        {meetings.map((meeting) => (
          <tr key={meeting.id}>
            <td>{dayOf(meeting.starts_at)}</td>
            <td>
              {clock(meeting.starts_at)}–{clock(meeting.ends_at)}
            </td>
            <td>
              <ModeMark mode={meeting.mode} organizer={meeting.organizer} />
            </td>
            <td>
              <Link to={`/meetings/${meeting.id}`}>{meeting.title}</Link> <StateMark state={meeting.state} />
            </td>
            <td>{meeting.place}</td>
            <td>{meeting.sites}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
