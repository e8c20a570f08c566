import { startOfDay } from "../shared/format";
import type {
  AgendaItemId,
  InvitedSite,
  MeetingForm,
  Site,
  SiteId,
  Tier,
  Time,
  Unit,
} from "../shared/protocol";

/** What the editor computes; all pure. */

export const kinds = [
  "briefing",
  "problem_solving",
  "consultation",
  "coordination",
  "professional",
  "thematic",
  "review",
  "training",
] as const;

export function emptyForm(now: Time): MeetingForm {
  const start = new Date(now);
  start.setDate(start.getDate() + 1);
  start.setHours(14, 0, 0, 0);
  return {
    mode: "host",
    kind: "briefing",
    title: "",
    organizer: "",
    chair: "",
    place: "",
    invitation: "",
    notes: "",
    starts_at: start.getTime(),
    ends_at: start.getTime() + 2 * 3_600_000,
    agenda: [],
    sites: [],
  };
}

/** "2021-01-25 14:00:00", as the date fields have it. */
export function fieldFromTime(time: Time): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:00`;
}

export function timeFromField(text: string): Time | undefined {
  const time = new Date(text.replace(" ", "T")).getTime();
  return Number.isNaN(time) ? undefined : time;
}

/** "14:05", "14h05", "14h5", "8h" or "8g30" on the day of `day`. */
export function typedClock(text: string, day: Time): Time | undefined {
  const found = /^\s*(\d{1,2})\s*[:hg.]\s*(\d{0,2})\s*'?\s*$/i.exec(text);
  const hours = Number(found?.[1]);
  const minutes = Number(found?.[2] || 0);
  if (!found || hours > 23 || minutes > 59) return undefined;
  return startOfDay(day) + (hours * 60 + minutes) * 60_000;
}

/** A moved start takes end and agenda with it: the length of a meeting is changed at its end. */
export function withStart(form: MeetingForm, starts_at: Time): MeetingForm {
  const by = starts_at - form.starts_at;
  return {
    ...form,
    starts_at,
    ends_at: form.ends_at + by,
    agenda: form.agenda.map((item) =>
      item.planned_at === undefined ? item : { ...item, planned_at: item.planned_at + by },
    ),
  };
}

export function withItem(form: MeetingForm): MeetingForm {
  const last = form.agenda.at(-1)?.planned_at;
  const planned_at = last === undefined ? form.starts_at : last + 15 * 60_000;
  return { ...form, agenda: [...form.agenda, { id: 0 as AgendaItemId, title: "", planned_at }] };
}

export function moved<Item>(items: readonly Item[], from: number, to: number): readonly Item[] {
  const item = items[from];
  if (item === undefined || to < 0 || to >= items.length) return items;
  const rest = items.filter((_, index) => index !== from);
  return [...rest.slice(0, to), item, ...rest.slice(to)];
}

export function invite(invited: readonly InvitedSite[], sites: readonly SiteId[]): readonly InvitedSite[] {
  const known = new Set(invited.map(({ site }) => site));
  const added = sites
    .filter((site) => !known.has(site))
    .map((site): InvitedSite => ({ site, main: false, confirmed: false, link_generation: 0 }));
  return [...invited, ...added];
}

export function withMain(invited: readonly InvitedSite[], main: SiteId): readonly InvitedSite[] {
  return invited.map((one) => ({ ...one, main: one.site === main }));
}

/** The active sites whose unit is of a tier: "all districts". */
export function sitesOfTier(sites: readonly Site[], units: readonly Unit[], tier: Tier): readonly SiteId[] {
  const of = new Set(units.filter((unit) => unit.tier === tier).map(({ id }) => id));
  return sites.filter((site) => site.active && of.has(site.unit)).map(({ id }) => id);
}

export interface Merged {
  readonly form: MeetingForm;
  /** What both changed: ours stays in the form, theirs is in `theirs` to look at. */
  readonly both: readonly (keyof MeetingForm)[];
}

/** Somebody else stored first: their changes come in, our own stay. */
export function merge(base: MeetingForm, mine: MeetingForm, theirs: MeetingForm): Merged {
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const keys = Object.keys(theirs) as (keyof MeetingForm)[];
  const ours = keys.filter((key) => !same(base[key], mine[key]));
  return {
    form: { ...theirs, ...Object.fromEntries(ours.map((key) => [key, mine[key]])) },
    both: ours.filter((key) => !same(base[key], theirs[key]) && !same(mine[key], theirs[key])),
  };
}
