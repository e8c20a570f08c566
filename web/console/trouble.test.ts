import { expect, test } from "vitest";
import type { Line, SiteView } from "../shared/protocol";
import { orderSites, present, troubleRank } from "./trouble";

const site = (number: number, change: Partial<SiteView> = {}): SiteView => ({
  number,
  name: `Điểm cầu ${number}`,
  contact: "",
  main: false,
  presence: "connected",
  microphone: false,
  screen: false,
  feed: "by_line",
  camera: "",
  on_stage: false,
  ...change,
});
const broken = {
  up_loss_permille: 200,
  down_loss_permille: 0,
  rtt_ms: 20,
  jitter_ms: 1,
  freezes_per_minute: 0,
} as Line;

const sites = {
  "1": site(1),
  "2": site(2, { on_stage: true }),
  "3": site(3, { presence: "absent" }),
  "4": site(4, { presence: "lost" }),
  "5": site(5),
  "6": site(6, { hand: 100 }),
};
const rank = (id: string, one: SiteView) => troubleRank(one, id === "5" ? broken : undefined);
const numbers = (order: Parameters<typeof orderSites>[1]) =>
  orderSites(sites, order, rank).map(([, { number }]) => number);

test("trouble first, then the stage, then who waits to speak, the absent last", () =>
  expect(numbers("trouble")).toEqual([4, 5, 2, 6, 1, 3]));
test("by number", () => expect(numbers("number")).toEqual([1, 2, 3, 4, 5, 6]));
test("the absent first", () => expect(numbers("absent")[0]).toBe(3));
test("an absent hall is not trouble, a lost one is the worst", () => {
  expect(troubleRank(site(1, { presence: "absent" }), undefined)).toBe(0);
  const camera = { trouble: "unreachable", retry_seconds: 5 } as const;
  expect(troubleRank(site(1, { presence: "absent" }), undefined, camera)).toBe(3);
  expect(troubleRank(site(1), undefined, camera)).toBe(0);
  expect(troubleRank(site(1, { presence: "lost" }), undefined)).toBeGreaterThan(troubleRank(site(1), broken));
});
test("only connected halls count as present", () => expect(present(sites)).toBe(4));
