import { expect, test } from "vitest";
import { deskEn } from "./desk.en";
import { deskVi } from "./desk.vi";
import { en } from "./en";
import { vi } from "./vi";

const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

test.each([
  ["pages", vi, en],
  ["console and office", deskVi, deskEn],
])("%s: both languages fill in the same values", (_, master, other) => {
  const filled = (texts: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, placeholders(text)]));
  expect(filled(other)).toEqual(filled(master));
});

test("no key is in two catalogues", () => {
  expect(Object.keys(deskVi).filter((key) => Object.hasOwn(vi, key))).toEqual([]);
});

test("what people read is composed (NFC)", () => {
  for (const text of Object.values({ ...vi, ...deskVi })) expect(text).toBe(text.normalize("NFC"));
});
