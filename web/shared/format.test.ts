import { expect, test } from "vitest";
import {
  bitrate,
  bytes,
  dayAndClock,
  duration,
  figure,
  percent,
  startOfDay,
  startOfMonth,
  startOfWeek,
  weekOfMonth,
  writtenDay,
} from "./format";

const at = (year: number, month: number, day: number, hour = 0, minute = 0) =>
  new Date(year, month - 1, day, hour, minute).getTime();

test("a time reads day, month, year, 24 hours", () =>
  expect(dayAndClock(at(2021, 1, 5, 14, 5))).toBe("05/01/2021 14:05"));
test("a day of the protocol reads the same way", () => expect(writtenDay("2021-01-25")).toBe("25/01/2021"));
test.each([
  [0, "0"],
  [1234567, "1.234.567"],
  [-1234, "−1.234"],
])("%d reads %s", (value, text) => expect(figure(value)).toBe(text));
test("decimals are behind a comma", () => expect(figure(1234.56, 1)).toBe("1.234,6"));
test.each([
  [997, "99,7 %"],
  [0, "0 %"],
  [1000, "100 %"],
])("%d permille read %s", (value, text) => expect(percent(value)).toBe(text));
test.each([
  [0, "0 B"],
  [512, "512 B"],
  [94123, "94 KB"],
  [2412345, "2,4 MB"],
  [612e9, "612 GB"],
])("%d bytes read %s", (value, text) => expect(bytes(value)).toBe(text));
test.each([
  [310, "310 kbit/s"],
  [1100, "1,1 Mbit/s"],
])("%d kbit/s read %s", (value, text) => expect(bitrate(value)).toBe(text));
test.each([
  [192_000, "03:12"],
  [4_360_000, "1:12:40"],
  [-5, "00:00"],
])("%d ms read %s", (value, text) => expect(duration(value)).toBe(text));

test("a week starts on Monday, also seen from Sunday", () => {
  expect(startOfWeek(at(2021, 1, 31, 23, 59))).toBe(at(2021, 1, 25));
  expect(startOfWeek(at(2021, 1, 25))).toBe(at(2021, 1, 25));
});
test("25/01/2021 is in week 4; a week counts by its Thursday", () => {
  expect(weekOfMonth(at(2021, 1, 25))).toBe(4);
  expect(weekOfMonth(at(2021, 1, 1))).toBe(5); // the week of 31/12/2020
  expect(weekOfMonth(at(2021, 1, 4))).toBe(1);
});
test("days and months are counted in the calendar", () => {
  expect(startOfDay(at(2021, 1, 31, 15), 1)).toBe(at(2021, 2, 1));
  expect(startOfMonth(at(2021, 1, 31), 1)).toBe(at(2021, 2, 1));
});
