import { expect, test } from "vitest";
import type { MeetingId, MeetingSummary, Site, Unit } from "../shared/protocol";
import { lacksOf } from "./lacks";
import { safePath } from "./safePath";
import { snippetParts } from "./snippet";
import { treeRows } from "./tree";

const now = new Date(2021, 0, 25, 9).getTime();
const hour = 3_600_000;
const meeting = (id: number, change: Partial<MeetingSummary> = {}): MeetingSummary => ({
  id: id as MeetingId,
  mode: "host",
  kind: "briefing",
  state: "planned",
  title: `Họp ${id}`,
  organizer: "",
  chair: "",
  place: "Phòng họp số 1",
  starts_at: now + 5 * hour,
  ends_at: now + 7 * hour,
  sites: 9,
  confirmed: 9,
  documents: 2,
  agenda_items: 3,
  ...change,
});
const lacks = (one: MeetingSummary, ...others: MeetingSummary[]) =>
  lacksOf(one, [one, ...others], now).map(({ text }) => text);

test("a prepared meeting lacks nothing", () => expect(lacks(meeting(1))).toEqual([]));
test("what is missing is named", () =>
  expect(lacks(meeting(1, { documents: 0, agenda_items: 0, confirmed: 7 }))).toEqual([
    "lack.documents",
    "lack.agenda",
    "lack.confirmed",
  ]));
test("a guest meeting needs no halls and no agenda of ours", () =>
  expect(lacks(meeting(1, { mode: "guest", sites: 0, confirmed: 0, agenda_items: 0 }))).toEqual([]));
test("one that is weeks away is not amber yet", () =>
  expect(lacks(meeting(1, { documents: 0, starts_at: now + 500 * hour, ends_at: now + 502 * hour }))).toEqual(
    [],
  ));
test("the same room at the same time is a clash, one after the other is not", () => {
  expect(lacks(meeting(1), meeting(2, { starts_at: now + 6 * hour, ends_at: now + 9 * hour }))).toEqual([
    "lack.clash",
  ]);
  expect(lacks(meeting(1), meeting(2, { starts_at: now + 7 * hour, ends_at: now + 9 * hour }))).toEqual([]);
  expect(lacks(meeting(1), meeting(2, { state: "cancelled" }))).toEqual([]);
});
test("a held meeting lacks nothing any more", () =>
  expect(lacks(meeting(1, { state: "ended", documents: 0 }))).toEqual([]));

test("found words are marked", () =>
  expect(snippetParts("công tác \u0002phòng\u0003, chống \u0002rét\u0003")).toEqual([
    { text: "công tác ", found: false },
    { text: "phòng", found: true },
    { text: ", chống ", found: false },
    { text: "rét", found: true },
  ]));
test("markup in a snippet stays text", () =>
  expect(snippetParts("<b>x</b>")).toEqual([{ text: "<b>x</b>", found: false }]));

test.each([
  ["/console/7", "/console/7"],
  ["//evil.example", "/"],
  ["https://evil.example", "/"],
  ["/\\evil.example", "/"],
  [null, "/"],
])("after the log-in %s leads to %s", (next, path) => expect(safePath(next)).toBe(path));

const units = [
  { id: 1, name: "UBND tỉnh", sort_order: 1 },
  { id: 3, name: "Huyện Sìn Hồ", parent: 1, sort_order: 3 },
  { id: 2, name: "Huyện Tam Đường", parent: 1, sort_order: 2 },
  { id: 4, name: "Xã Nậm Cha", parent: 3, sort_order: 4 },
] as unknown as Unit[];
const sites = [{ id: 9, unit: 4, number: 27, name: "Nậm Cha" }] as unknown as Site[];

test("the tree is in protocol order with its depth", () =>
  expect(treeRows(units, sites, () => true).map(({ unit, depth }) => [unit.id, depth])).toEqual([
    [1, 0],
    [2, 1],
    [3, 1],
    [4, 2],
  ]));
test("a search keeps what leads to what was found", () =>
  expect(treeRows(units, sites, (text) => text === "Nậm Cha").map(({ unit }) => unit.id)).toEqual([1, 3, 4]));
test("a unit whose parent is unknown is not lost", () =>
  expect(treeRows([{ ...units[3] } as Unit], sites, () => true)).toHaveLength(1));
