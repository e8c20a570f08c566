import type { Day, Time } from "./protocol";

/** Everything that people read as a figure, by hand: a browser set to English must not turn 05/01 into the first of May. */

const two = (value: number) => String(value).padStart(2, "0");

/** 14:05 */
export function clock(time: Time): string {
  const date = new Date(time);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** 14:05:07 */
export function clockWithSeconds(time: Time): string {
  return `${clock(time)}:${two(new Date(time).getSeconds())}`;
}

/** 25/01/2021 */
export function dayOf(time: Time): string {
  const date = new Date(time);
  return `${two(date.getDate())}/${two(date.getMonth() + 1)}/${date.getFullYear()}`;
}

/** 25/01 */
export function dayAndMonth(time: Time): string {
  return dayOf(time).slice(0, 5);
}

/** 25/01/2021 14:05 */
export function dayAndClock(time: Time): string {
  return `${dayOf(time)} ${clock(time)}`;
}

/** "2021-01-25" → 25/01/2021 */
export function writtenDay(day: Day): string {
  return day.split("-").reverse().join("/");
}

/** 03:12, or 1:03:12 */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** 1.234.567 and 99,7 */
export function figure(value: number, decimals = 0): string {
  const [whole = "0", fraction] = Math.abs(value).toFixed(decimals).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ".");
  return `${value < 0 ? "−" : ""}${grouped}${fraction ? `,${fraction}` : ""}`;
}

/** 6,2 % from 62 permille */
export function percent(permille: number): string {
  return `${figure(permille / 10, permille % 10 === 0 ? 0 : 1)} %`;
}

/** 310 kbit/s, 1,1 Mbit/s */
export function bitrate(kbps: number): string {
  return kbps < 1000 ? `${figure(kbps)} kbit/s` : `${figure(kbps / 1000, 1)} Mbit/s`;
}

/** 512 B, 1,5 MB, 61 GB */
export function bytes(count: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${figure(value, unit > 1 && value < 100 ? 1 : 0)} ${units[unit]}`;
}

/** Midnight, local, of the day of `time` plus `days`. */
export function startOfDay(time: Time, days = 0): Time {
  const date = new Date(time);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime();
}

/** Midnight of the Monday of that week. */
export function startOfWeek(time: Time): Time {
  return startOfDay(time, -((new Date(time).getDay() + 6) % 7));
}

/** Midnight of the first of the month, `months` away. */
export function startOfMonth(time: Time, months = 0): Time {
  const date = new Date(time);
  return new Date(date.getFullYear(), date.getMonth() + months, 1).getTime();
}

/** A week belongs to the month, and counts in it, by its Thursday: 25/01/2021 is in week 4 of January. */
export function weekOfMonth(time: Time): number {
  const thursday = new Date(startOfDay(startOfWeek(time), 3));
  return Math.floor((thursday.getDate() - 1) / 7) + 1;
}
