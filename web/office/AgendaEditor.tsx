import { Button, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { clock } from "../shared/format";
import { t } from "../shared/i18n";
import type { AgendaItem, MeetingForm, SiteId } from "../shared/protocol";
import { moved, typedClock, withItem } from "./meetingForm";
import { useSiteName } from "./queries";

interface AgendaEditorProps {
  readonly form: MeetingForm;
  readonly onChange: (form: MeetingForm) => void;
}

export function AgendaEditor({ form, onChange }: AgendaEditorProps) {
  const siteName = useSiteName();
  const speakers = form.sites.map(({ site }) => ({ value: String(site), label: siteName(site) }));
  const set = (index: number, item: AgendaItem) =>
    onChange({ ...form, agenda: form.agenda.map((one, at) => (at === index ? item : one)) });
  const move = (from: number, to: number) => onChange({ ...form, agenda: moved(form.agenda, from, to) });
  return (
    <section className="panel fields">
      <h2>{t("form.agenda")}</h2>
      {form.agenda.length === 0 && <p className="soft">{t("form.agenda_empty")}</p>}
      <ol className="agenda-rows">
        {form.agenda.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place; what is in it is controlled
          <li key={index}>
            <ClockField
              key={item.planned_at ?? "none"}
              item={item}
              day={form.starts_at}
              onChange={(changed) => set(index, changed)}
            />
            <TextInput
              aria-label={t("form.item_title")}
              placeholder={t("form.item_title")}
              required
              value={item.title}
              onChange={(event) => set(index, { ...item, title: event.currentTarget.value })}
            />
            <Select
              aria-label={t("form.item_speaker")}
              placeholder={t("form.item_speaker")}
              clearable
              searchable
              value={item.speaker === undefined ? null : String(item.speaker)}
              data={speakers}
              onChange={(site) => {
                const { speaker: _, ...rest } = item;
                set(index, site === null ? rest : { ...rest, speaker: Number(site) as SiteId });
              }}
            />
            <Button.Group>
              <Button
                variant="default"
                disabled={index === 0}
                aria-label={t("form.up")}
                onClick={() => move(index, index - 1)}
              >
                ↑
              </Button>
              <Button
                variant="default"
                disabled={index === form.agenda.length - 1}
                aria-label={t("form.down")}
                onClick={() => move(index, index + 1)}
              >
                ↓
              </Button>
              <Button
                variant="default"
                aria-label={t("form.remove")}
                onClick={() => onChange({ ...form, agenda: form.agenda.filter((_, at) => at !== index) })}
              >
                ×
              </Button>
            </Button.Group>
          </li>
        ))}
      </ol>
      <div>
        <Button
          variant="default"
          disabled={form.agenda.length >= 60}
          onClick={() => onChange(withItem(form))}
        >
          {t("form.add_item")}
        </Button>
      </div>
    </section>
  );
}

interface ClockFieldProps {
  readonly item: AgendaItem;
  readonly day: number;
  readonly onChange: (item: AgendaItem) => void;
}

/** The hour is typed ("14:05", "14h5", "8h"), the day is the meeting's. A browser's own time field would say "02:05 PM". */
function ClockField({ item, day, onChange }: ClockFieldProps) {
  const [text, setText] = useState(item.planned_at === undefined ? "" : clock(item.planned_at));
  const leave = () => {
    const { planned_at: _, ...rest } = item;
    const time = typedClock(text, day);
    if (text.trim() === "") onChange(rest);
    else if (time !== undefined) onChange({ ...rest, planned_at: time });
    else setText(item.planned_at === undefined ? "" : clock(item.planned_at));
  };
  return (
    <TextInput
      aria-label={t("form.planned_at")}
      placeholder="14:00"
      inputMode="numeric"
      maxLength={5}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={leave}
    />
  );
}
