import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { api } from "../shared/api";
import { clock, dayAndClock, dayOf, startOfDay } from "../shared/format";
import { t } from "../shared/i18n";
import type { Meeting, MeetingId, MeetingState } from "../shared/protocol";
import { useTitle } from "../shared/useTitle";
import { Confirm } from "./Confirm";
import { Halls } from "./Halls";
import { ModeMark, StateMark } from "./MeetingCard";
import { Papers } from "./Papers";
import { useKeepMeeting, useMe, useMeeting, useSiteName } from "./queries";
import { Recordings } from "./Recordings";
import { Failed, Loading, Refusal } from "./States";

/** One column of what it is, one of who takes part, one of its papers. */
export function MeetingPage() {
  const id = Number(useParams()["id"]) as MeetingId;
  const meeting = useMeeting(id);
  const me = useMe();
  useTitle(meeting.data?.meeting.form.title);
  if (meeting.error) return <Failed error={meeting.error} again={() => void meeting.refetch()} />;
  if (!meeting.data || !me.data) return <Loading />;
  const { rights } = me.data;
  const { form, state } = meeting.data.meeting;
  return (
    <main className="page wide">
      <div className="page-head">
        <div>
          <div className="row wrap">
            <ModeMark mode={form.mode} organizer={form.organizer} />
            <StateMark state={state} />
          </div>
          <h1>{form.title}</h1>
        </div>
        <span className="space" />
        {rights.edit_meetings && (
          <Button variant="default" component={Link} to={`/meetings/${id}/edit`}>
            {t("meeting.edit")}
          </Button>
        )}
        {meeting.data.live && (
          <Button variant="default" component={Link} to={`/meetings/${id}/live`}>
            {t("live.watch")}
          </Button>
        )}
        {rights.conduct &&
          (form.mode === "host" || form.sites.length > 0) &&
          (state === "planned" || state === "live") && (
            <a className={state === "live" ? "air-button" : "act-button"} href={`/console/${id}`}>
              {state === "live" && "● "}
              {t("week.enter_console")}
            </a>
          )}
      </div>
      <div className="three">
        <About meeting={meeting.data.meeting} mayEdit={rights.edit_meetings} />
        <Halls detail={meeting.data} mayEdit={rights.edit_meetings} />
        <div className="column">
          <Papers detail={meeting.data} mayEdit={rights.edit_meetings} limit={me.data.upload_limit} />
          {rights.see_recordings && <Recordings recordings={meeting.data.recordings} />}
        </div>
      </div>
    </main>
  );
}

function About({ meeting, mayEdit }: { readonly meeting: Meeting; readonly mayEdit: boolean }) {
  const { form } = meeting;
  const siteName = useSiteName();
  const sameDay = startOfDay(form.starts_at) === startOfDay(form.ends_at);
  const rows = [
    [
      t("form.time"),
      sameDay
        ? `${clock(form.starts_at)}–${clock(form.ends_at)}, ${dayOf(form.starts_at)}`
        : `${dayAndClock(form.starts_at)} – ${dayAndClock(form.ends_at)}`,
    ],
    [t("form.kind"), t(`kind.${form.kind}`)],
    [t("form.organizer"), form.organizer],
    [t("form.chair"), form.chair],
    [t("form.place"), form.place],
    [t("form.invitation"), form.invitation],
    [t("meeting.opened"), meeting.opened_at === undefined ? "" : dayAndClock(meeting.opened_at)],
    [t("meeting.ended"), meeting.ended_at === undefined ? "" : dayAndClock(meeting.ended_at)],
    [t("meeting.reason"), meeting.state_reason],
    [t("form.notes"), form.notes],
  ].filter(([, value]) => value !== "");
  return (
    <div className="column">
      <section className="panel">
        <h2>{t("meeting.about")}</h2>
        <dl className="facts">
          {rows.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section className="panel">
        <h2>{t("form.agenda")}</h2>
        {form.agenda.length === 0 && <p className="soft">{t("form.agenda_empty")}</p>}
        <ol className="agenda">
          {form.agenda.map((item) => (
            <li key={item.id}>
              <b>{item.planned_at === undefined ? "" : clock(item.planned_at)}</b>
              <span>
                {item.title}
                {item.speaker !== undefined && <span className="soft"> · {siteName(item.speaker)}</span>}
              </span>
            </li>
          ))}
        </ol>
      </section>
      {mayEdit && meeting.state === "planned" && <CallOff meeting={meeting} />}
    </div>
  );
}

function CallOff({ meeting }: { readonly meeting: Meeting }) {
  const [reason, setReason] = useState("");
  const keep = useKeepMeeting();
  const callOff = useMutation({
    mutationFn: (state: MeetingState) => api.callOff(meeting.id, { state, reason: reason.trim() }),
    onSuccess: keep,
  });
  return (
    <details className="panel call-off">
      <summary>{t("meeting.call_off")}</summary>
      <label className="field">
        {t("meeting.reason")}
        <input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
      </label>
      <Refusal error={callOff.error} />
      <div className="row wrap">
        <Confirm
          label={t("meeting.postpone")}
          question={t("meeting.postpone_sure")}
          yes={t("meeting.postpone")}
          onYes={() => callOff.mutate("postponed")}
        />
        <Confirm
          label={t("meeting.cancel")}
          question={t("meeting.cancel_sure")}
          yes={t("meeting.cancel")}
          onYes={() => callOff.mutate("cancelled")}
        />
      </div>
    </details>
  );
}
