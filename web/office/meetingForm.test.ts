import { expect, test } from "vitest";
import type { Site, SiteId, Unit } from "../shared/protocol";
import {
  emptyForm,
  fieldFromTime,
  invite,
  merge,
  moved,
  sitesOfTier,
  timeFromField,
  typedClock,
  withItem,
  withMain,
  withStart,
} from "./meetingForm";

const day = new Date(2021, 0, 25).getTime();
const at = (hour: number, minute = 0) => day + (hour * 60 + minute) * 60_000;
const form = { ...emptyForm(day), starts_at: at(14), ends_at: at(16), title: "Giao ban" };
const ids = (...numbers: number[]) => numbers as SiteId[];

test("a time goes into the date field and comes back", () => {
  expect(fieldFromTime(at(14, 5))).toBe("2021-01-25 14:05:00");
  expect(timeFromField(fieldFromTime(at(14, 5)))).toBe(at(14, 5));
  expect(timeFromField("mai")).toBeUndefined();
});
test.each([
  ["14:05", at(14, 5)],
  ["14h05", at(14, 5)],
  ["8h", at(8)],
  ["8g30'", at(8, 30)],
  ["25:00", undefined],
  ["14:75", undefined],
  ["sáng", undefined],
])("%s is understood as an hour", (text, time) => expect(typedClock(text, day)).toBe(time));
test("a moved start takes end and agenda with it", () => {
  const moved = withStart({ ...withItem(form), notes: "x" }, at(15));
  expect(moved.ends_at).toBe(at(17));
  expect(moved.agenda[0]?.planned_at).toBe(at(15));
});
test("items follow each other by a quarter of an hour", () =>
  expect(withItem(withItem(form)).agenda.map(({ planned_at }) => planned_at)).toEqual([at(14), at(14, 15)]));
test("a row moves, and stays where it is at the ends", () => {
  expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
  expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
});
test("nobody is invited twice, and one hall is the main one", () => {
  const invited = withMain(invite(invite([], ids(1, 2)), ids(2, 3)), 2 as SiteId);
  expect(invited.map(({ site, main }) => [site, main])).toEqual([
    [1, false],
    [2, true],
    [3, false],
  ]);
});
test("all districts are the active halls of district units", () => {
  const units = [
    { id: 1, tier: "province" },
    { id: 2, tier: "district" },
  ] as unknown as Unit[];
  const sites = [
    { id: 1, unit: 1, active: true },
    { id: 2, unit: 2, active: true },
    { id: 3, unit: 2, active: false },
  ] as unknown as Site[];
  expect(sitesOfTier(sites, units, "district")).toEqual([2]);
});
test("two people's changes of different fields are joined", () => {
  const merged = merge(form, { ...form, chair: "A" }, { ...form, place: "Phòng 2" });
  expect(merged.form).toMatchObject({ chair: "A", place: "Phòng 2" });
  expect(merged.both).toEqual([]);
});
test("where both changed the same, ours stays and it is said", () => {
  const merged = merge(form, { ...form, chair: "A", title: "X" }, { ...form, chair: "B", title: "X" });
  expect(merged.form.chair).toBe("A");
  expect(merged.both).toEqual(["chair"]);
});
