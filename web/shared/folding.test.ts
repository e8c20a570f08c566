import { expect, test } from "vitest";
import { fold, matchRank } from "./folding";

test.each([
  ["Sìn Hồ", "sin ho"],
  ["Điểm  Cầu", "diem cau"],
  ["Pa Ủ", "pa u"],
  ["Đoàn Kết".normalize("NFD"), "doan ket"],
  ["\u00d0oàn", "doan"], // Eth typed for Đ
  ["Pa Khoá", fold("Pa Khóa")],
])("%s folds to %s", (text, folded) => {
  expect(fold(text)).toBe(folded);
});

const names = ["Nậm Chà", "Nậm Cha", "Sìn Hồ", "Sin Suối Hồ", "Hua Bum"];
const best = (typed: string) =>
  names
    .map((name) => ({ name, rank: matchRank(name, typed) }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .map(({ name }) => name);

test("sin ho finds Sìn Hồ first", () => expect(best("sin ho")[0]).toBe("Sìn Hồ"));
test("names that differ only by marks are both found", () =>
  expect(best("nam cha")).toEqual(["Nậm Chà", "Nậm Cha"]));
test("typed marks put the exact name first", () => {
  expect(best("Nậm Cha")[0]).toBe("Nậm Cha");
  expect(best("Nậm Chà")[0]).toBe("Nậm Chà");
});
test("initials find a name", () => expect(best("ssh")).toEqual(["Sin Suối Hồ"]));
test("nothing is found for what is not there", () => expect(best("xyz")).toEqual([]));
