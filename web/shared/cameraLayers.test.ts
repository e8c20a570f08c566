import { expect, test } from "vitest";
import { activeLayers, layersFor, sharedRates } from "./cameraLayers";

const usable = (width: number, height: number) =>
  layersFor(width, height)
    .filter((layer) => layer.usable)
    .map((layer) => [layer.rid, height / layer.scaleResolutionDownBy]);

test("a large camera is sent in three sizes, a small one as it is", () => {
  expect(usable(1280, 720)).toEqual([
    ["q", 180],
    ["h", 360],
    ["f", 720],
  ]);
  expect(usable(640, 360)).toEqual([
    ["q", 180],
    ["h", 360],
  ]);
  expect(usable(320, 180)).toEqual([["q", 180]]);
});
test("what nobody sees is not encoded", () => {
  expect([...activeLayers(layersFor(1280, 720), [])]).toEqual([]);
  expect([...activeLayers(layersFor(1280, 720), ["q", "f"])]).toEqual(["q", "f"]);
});
test("a size that the camera has not is replaced by the next smaller one", () => {
  expect([...activeLayers(layersFor(640, 360), ["f"])]).toEqual(["h"]);
  expect([...activeLayers(layersFor(320, 180), ["q", "f"])]).toEqual(["q"]);
});
test("the largest size is replaced where its line does not carry it, a smaller one never", () => {
  expect([...activeLayers(layersFor(1280, 720), ["h", "f"], false)]).toEqual(["h"]);
  expect([...activeLayers(layersFor(1280, 720), ["q", "f"], false)]).toEqual(["q", "h"]);
  expect([...activeLayers(layersFor(640, 360), ["q", "f"], false)]).toEqual(["q", "h"]);
});
test("a word that is no layer changes nothing", () =>
  expect([...activeLayers(layersFor(1280, 720), ["x"])]).toEqual([]));

test("within a limit the smaller sizes come first, and none is left with nothing", () => {
  const layers = layersFor(640, 360);
  const rates = (active: readonly ("q" | "h")[], limit?: number) =>
    Object.fromEntries(sharedRates(layers, new Set(active), limit));
  expect(rates(["q", "h"])).toEqual({ q: 120_000, h: 800_000 });
  expect(rates(["q", "h"], 300_000)).toEqual({ q: 120_000, h: 180_000 });
  expect(rates(["q", "h"], 100_000)).toEqual({ q: 100_000, h: 30_000 });
  expect(rates(["h"], 97_500.4)).toEqual({ h: 97_500 });
  expect(Object.fromEntries(sharedRates(layers, new Set(["h"]), undefined, 1_500_000))).toEqual({
    h: 800_000,
  });
});

test("half of a large camera may give more for a while", () => {
  const rates = (halfRate?: number) =>
    Object.fromEntries(sharedRates(layersFor(1280, 720), new Set(["q", "h"]), undefined, halfRate));
  expect(rates()).toEqual({ q: 120_000, h: 500_000 });
  expect(rates(1_500_000)).toEqual({ q: 120_000, h: 1_500_000 });
});
