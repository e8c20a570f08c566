import { expect, test } from "vitest";
import type { Scene, SiteId } from "../shared/protocol";
import {
  camera,
  chosenSite,
  clip,
  dragged,
  holds,
  nextCell,
  place,
  sameScene,
  screen,
  sourceOf,
  withLayout,
} from "./draft";

const site = (id: number) => id as SiteId;
const scene = (...sites: (number | undefined)[]): Scene => ({
  layout: "side_by_side",
  cells: sites.map((id) => (id === undefined ? {} : { source: camera(site(id)) })),
});

test("another layout keeps the order and fills up with dark cells", () => {
  const grid = withLayout(scene(4, 1), "grid_2x2");
  expect(grid.cells).toEqual([{ source: camera(site(4)) }, { source: camera(site(1)) }, {}, {}]);
  expect(withLayout(grid, "single").cells).toEqual([{ source: camera(site(4)) }]);
});
test("a hall that is in the scene already trades places", () =>
  expect(place(scene(4, 1), 0, camera(site(1)))).toEqual(scene(1, 4)));
test("a hall that moves to a dark cell leaves a dark cell", () =>
  expect(place(scene(4, undefined), 1, camera(site(4)))).toEqual(scene(undefined, 4)));
test("the film, too, is in one cell only", () => {
  const once = place(scene(4, 1), 0, clip);
  expect(place(once, 1, clip).cells).toEqual([{ source: camera(site(1)) }, { source: clip }]);
});
test("a hall's screen is another source than its camera, and both may be on stage", () => {
  const both = place(scene(4, 1), 1, screen(site(4)));
  expect(both.cells).toEqual([{ source: camera(site(4)) }, { source: screen(site(4)) }]);
  expect(place(both, 0, screen(site(4))).cells[0]).toEqual({ source: screen(site(4)) });
  expect(sameScene(both, place(scene(4, 1), 1, screen(site(5))))).toBe(false);
  expect(holds(place(scene(1, 2), 0, screen(site(4))), site(4))).toBe(true);
});
test("what is dragged arrives as what it was", () => {
  for (const source of [camera(site(4)), screen(site(4)), clip])
    expect(sourceOf(dragged(source))).toEqual(source);
  expect(sourceOf("")).toBeUndefined();
  expect(sourceOf("https://example.vn")).toBeUndefined();
});
test("a cell is cleared", () => expect(place(scene(4, 1), 0, undefined)).toEqual(scene(undefined, 1)));
test("a cell that is not there changes nothing", () =>
  expect(place(scene(4, 1), 7, clip)).toEqual(scene(4, 1)));
test("the next one goes to the first free cell, then to the main one", () => {
  expect(nextCell(scene(4, undefined))).toBe(1);
  expect(nextCell(scene(4, 1))).toBe(0);
});
test("scenes are compared by what is in them", () => {
  expect(sameScene(scene(4, 1), scene(4, 1))).toBe(true);
  expect(sameScene(scene(4, 1), scene(1, 4))).toBe(false);
  expect(sameScene(scene(4, 1), { ...scene(4, 1), layout: "single" })).toBe(false);
  expect(sameScene(scene(4, undefined), place(scene(4, 1), 1, clip))).toBe(false);
});
test("a scene tells whom it holds", () => {
  expect(holds(scene(4, 1), site(1))).toBe(true);
  expect(holds(scene(4, 1), site(2))).toBe(false);
});
test("the hall that is on air is looked at until another one is clicked", () => {
  const sites = {};
  expect(chosenSite(undefined, { scene: scene(4, 1), sites })).toBe(4);
  expect(chosenSite(undefined, { scene: scene(undefined, 1), sites })).toBe(1);
  expect(chosenSite(site(9), { scene: scene(4, 1), sites })).toBe(9);
  expect(chosenSite(undefined, { scene: scene(undefined, undefined), sites })).toBeUndefined();
});
