import { Button, SegmentedControl, Select, Textarea, TextInput } from "@mantine/core";
import { DateTimePicker } from "@mantine/dates";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useNavigate, useParams } from "react-router";
import { ApiError, api } from "../shared/api";
import { dayAndClock } from "../shared/format";
import { t } from "../shared/i18n";
import type { Meeting, MeetingForm, MeetingId, MeetingKind, MeetingMode } from "../shared/protocol";
import { useTitle } from "../shared/useTitle";
import { AgendaEditor } from "./AgendaEditor";
import { emptyForm, fieldFromTime, kinds, merge, timeFromField, withStart } from "./meetingForm";
import { useKeepMeeting, useMeeting } from "./queries";
import { SitePicker } from "./SitePicker";
import { Failed, Loading, Refusal } from "./States";

export function MeetingEditor() {
  const { id } = useParams();
  const existing = useMeeting(id === undefined ? undefined : (Number(id) as MeetingId));
  if (id === undefined) return <Editor key="new" />;
  if (existing.error) return <Failed error={existing.error} again={() => void existing.refetch()} />;
  if (!existing.data) return <Loading />;
  return <Editor key={id} meeting={existing.data.meeting} />;
}

function Editor({ meeting }: { readonly meeting?: Meeting }) {
  const [form, setForm] = useState<MeetingForm>(() => meeting?.form ?? emptyForm(Date.now()));
  const [base, setBase] = useState(meeting);
  const [conflict, setConflict] = useState<{ theirs: Meeting; both: readonly (keyof MeetingForm)[] }>();
  const navigate = useNavigate();
  useTitle(meeting?.form.title ?? t("nav.new"));
  const keep = useKeepMeeting();
  const save = useMutation({
    mutationFn: () =>
      base ? api.changeMeeting(base.id, { revision: base.revision, form }) : api.addMeeting(form),
    onSuccess: async (detail) => {
      keep(detail);
      await navigate(`/meetings/${detail.meeting.id}`);
    },
    onError: async (error) => {
      if (!(error instanceof ApiError && error.textKey === "meeting.changed_meanwhile") || !base) return;
      const { meeting: theirs } = await api.meeting(base.id);
      const merged = merge(base.form, form, theirs.form);
      setForm(merged.form);
      setBase(theirs);
      setConflict({ theirs, both: merged.both });
    },
  });
  const change = (part: Partial<MeetingForm>) => setForm((now) => ({ ...now, ...part }));
  const held = meeting?.state === "live" || meeting?.state === "ended";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setConflict(undefined);
    save.mutate();
  };
  const text = (key: "title" | "organizer" | "chair" | "place" | "invitation", required = false) => (
    <TextInput
      label={t(`form.${key}`)}
      required={required}
      value={form[key]}
      maxLength={300}
      onChange={(event) => change({ [key]: event.currentTarget.value })}
    />
  );
  return (
    <main className="page">
      <form className="editor" onSubmit={submit}>
        <div className="page-head">
          <h1>{t(meeting ? "form.edit" : "form.new")}</h1>
          <span className="space" />
          <Button variant="default" onClick={() => void navigate(meeting ? `/meetings/${meeting.id}` : "/")}>
            {t("form.cancel")}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {t("form.save")}
          </Button>
        </div>
        {conflict && <Conflict theirs={conflict.theirs} both={conflict.both} />}
        {!conflict && <Refusal error={save.error} />}
        <section className="panel fields">
          <div className="row wrap">
            <SegmentedControl
              value={form.mode}
              disabled={held}
              onChange={(mode) => change({ mode: mode as MeetingMode })}
              data={[
                { value: "host", label: t("mode.host") },
                { value: "guest", label: t("mode.guest") },
              ]}
            />
            <span className="soft">{t(form.mode === "host" ? "form.host_means" : "form.guest_means")}</span>
          </div>
          {text("title", true)}
          <div className="two">
            <Select
              label={t("form.kind")}
              value={form.kind}
              allowDeselect={false}
              onChange={(kind) => kind && change({ kind: kind as MeetingKind })}
              data={kinds.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))}
            />
            {text("organizer")}
            {text("chair")}
            {text("place")}
            {text("invitation")}
            <span />
            <DateTimePicker
              label={t("form.starts_at")}
              valueFormat="DD/MM/YYYY HH:mm"
              required
              disabled={held}
              value={fieldFromTime(form.starts_at)}
              onChange={(value) => {
                const time = value === null ? undefined : timeFromField(value);
                if (time !== undefined) setForm((now) => withStart(now, time));
              }}
            />
            <DateTimePicker
              label={t("form.ends_at")}
              valueFormat="DD/MM/YYYY HH:mm"
              required
              disabled={held}
              value={fieldFromTime(form.ends_at)}
              error={form.ends_at <= form.starts_at && t("meeting.ends_before_start")}
              onChange={(value) => {
                const time = value === null ? undefined : timeFromField(value);
                if (time !== undefined) change({ ends_at: time });
              }}
            />
          </div>
          <Textarea
            label={t("form.notes")}
            autosize
            minRows={2}
            value={form.notes}
            onChange={(event) => change({ notes: event.currentTarget.value })}
          />
        </section>
        <AgendaEditor form={form} onChange={setForm} />
        <SitePicker form={form} onChange={setForm} />
      </form>
    </main>
  );
}

/** What the other one wrote, where both changed the same; our own text is in the fields. */
function Conflict({
  theirs,
  both,
}: {
  readonly theirs: Meeting;
  readonly both: readonly (keyof MeetingForm)[];
}) {
  return (
    <section className="panel conflict" role="alert">
      <h2>
        <span className="dot warn" /> {t("meeting.changed_meanwhile")}
      </h2>
      <p>{t(both.length > 0 ? "form.conflict_both" : "form.conflict_merged")}</p>
      <dl>
        {both.map((key) => (
          <div key={key}>
            <dt>{t(`form.${key}`)}</dt>
            <dd>{shown(theirs.form[key])}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function shown(value: MeetingForm[keyof MeetingForm]): string {
  if (typeof value === "number") return dayAndClock(value);
  if (typeof value === "string") return value;
  return t("form.entries", { count: value.length });
}
