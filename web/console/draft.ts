import { areas, type Cell, type ConsoleView, type Layout, type Scene, type SiteId } from "../shared/protocol";

/** The scene that is arranged unseen. Pure: each function gives a new scene. */

/** In the order of their keys. */
export const layouts = Object.keys(areas) as readonly Layout[];

export type Source = NonNullable<Cell["source"]>;

export const camera = (site: SiteId): Source => ({ type: "camera", site });
export const screen = (site: SiteId): Source => ({ type: "screen", site });
export const clip: Source = { type: "clip" };

/** Whose camera or screen it is. */
export function siteOf(source: Source | undefined): SiteId | undefined {
  return source === undefined || source.type === "clip" ? undefined : source.site;
}

/** The text under which a source is dragged, and back. */
export function dragged(source: Source): string {
  return source.type === "clip" ? source.type : `${source.type}:${source.site}`;
}
export function sourceOf(text: string): Source | undefined {
  const [type, site] = text.split(":");
  if (type === "clip") return clip;
  if (type !== "camera" && type !== "screen") return undefined;
  return { type, site: Number(site) as SiteId };
}

function sameSource(a: Source | undefined, b: Source | undefined): boolean {
  return a?.type === b?.type && siteOf(a) === siteOf(b);
}

export function sameScene(a: Scene, b: Scene): boolean {
  return (
    a.layout === b.layout &&
    a.cells.length === b.cells.length &&
    a.cells.every((cell, index) => sameSource(cell.source, b.cells[index]?.source))
  );
}

/** The sources keep their order; those that no longer fit drop out at the end. */
export function withLayout(scene: Scene, layout: Layout): Scene {
  return {
    layout,
    cells: areas[layout].map((_, index) => scene.cells[index] ?? {}),
  };
}

/** Puts a source into a cell. It can be on stage only once: where it stood, it trades places with what was here. */
export function place(scene: Scene, index: number, source: Source | undefined): Scene {
  const displaced = scene.cells[index];
  if (displaced === undefined) return scene;
  const cells = scene.cells.map((cell, at): Cell => {
    if (at === index) return source ? { source } : {};
    return source && sameSource(cell.source, source) ? displaced : cell;
  });
  return { layout: scene.layout, cells };
}

/** Where the next source goes without being told: the first free cell, or the main one when all are taken. */
export function nextCell(scene: Scene): number {
  const free = scene.cells.findIndex((cell) => cell.source === undefined);
  return free < 0 ? 0 : free;
}

export function holds(scene: Scene, site: SiteId): boolean {
  return scene.cells.some((cell) => siteOf(cell.source) === site);
}

/** The hall whose figures are shown: the one that was clicked on the wall, before that the first that is on air. */
export function chosenSite(
  clicked: SiteId | undefined,
  view: Pick<ConsoleView, "scene" | "sites">,
): SiteId | undefined {
  if (clicked !== undefined) return clicked;
  for (const { source } of view.scene.cells) {
    const site = siteOf(source);
    if (site !== undefined) return site;
  }
  const [first] = Object.keys(view.sites);
  return first === undefined ? undefined : (Number(first) as SiteId);
}
