import type { TextKey } from "../shared/i18n";
import type { MeetingSummary, Time } from "../shared/protocol";

export interface Lack {
  readonly text: TextKey;
  readonly values: Readonly<Record<string, number | string>>;
}

const soon = 3 * 86_400_000;

/** What a planned meeting still lacks; near ones only, so that a plan for next month is not all amber. */
export function lacksOf(meeting: MeetingSummary, all: readonly MeetingSummary[], now: Time): readonly Lack[] {
  if (meeting.state !== "planned" || meeting.starts_at < now - 3_600_000) return [];
  const lacks: Lack[] = [];
  const clash = all.find((other) => clashes(meeting, other));
  if (clash) lacks.push({ text: "lack.clash", values: { title: clash.title } });
  if (meeting.starts_at - now > soon) return lacks;
  if (meeting.documents === 0) lacks.push({ text: "lack.documents", values: {} });
  if (meeting.mode === "host" && meeting.sites === 0) lacks.push({ text: "lack.sites", values: {} });
  if (meeting.mode === "host" && meeting.agenda_items === 0) lacks.push({ text: "lack.agenda", values: {} });
  const unconfirmed = meeting.sites - meeting.confirmed;
  if (unconfirmed > 0) lacks.push({ text: "lack.confirmed", values: { count: unconfirmed } });
  return lacks;
}

/** Two meetings that take place want the same room at the same time. */
function clashes(a: MeetingSummary, b: MeetingSummary): boolean {
  const held = b.state === "planned" || b.state === "live";
  return (
    held &&
    a.id !== b.id &&
    a.place.trim() !== "" &&
    a.place.trim().toLowerCase() === b.place.trim().toLowerCase() &&
    a.starts_at < b.ends_at &&
    b.starts_at < a.ends_at
  );
}
