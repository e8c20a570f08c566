import { Button, Select, TextInput } from "@mantine/core";
import { TimeInput } from "@mantine/dates";
import { clock, startOfDay } from "../shared/format";
import { t } from "../shared/i18n";
import type { AgendaItem, MeetingForm, SiteId } from "../shared/protocol";
import { moved, withItem } from "./meetingForm";
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
            <TimeInput
              aria-label={t("form.planned_at")}
              value={item.planned_at === undefined ? "" : clock(item.planned_at)}
              onChange={(event) => set(index, withTime(item, form.starts_at, event.currentTarget.value))}
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

/** The hour is typed, the day is the meeting's. */
function withTime(item: AgendaItem, startsAt: number, text: string): AgendaItem {
  const [hours, minutes] = text.split(":").map(Number);
  const { planned_at: _, ...rest } = item;
  if (hours === undefined || minutes === undefined || text === "") return rest;
  return { ...rest, planned_at: startOfDay(startsAt) + (hours * 60 + minutes) * 60_000 };
}
