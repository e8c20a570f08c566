import type { CSSProperties } from "react";
import { areas, areaUnit, type Layout } from "../protocol";

/** Where cell `index` lies on the stage, as the custom properties that stage.css reads. */
export function areaStyle(layout: Layout, index: number): CSSProperties {
  const area = areas[layout][index];
  if (area === undefined) return {};
  const percent = (part: number) => `${(part / areaUnit) * 100}%`;
  return {
    "--x": percent(area.x),
    "--y": percent(area.y),
    "--width": percent(area.width),
    "--height": percent(area.height),
  } as CSSProperties;
}
