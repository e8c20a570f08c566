import type { Site, Unit, UnitId } from "../shared/protocol";

export interface TreeRow {
  readonly unit: Unit;
  readonly depth: number;
  readonly sites: readonly Site[];
}

/** The units from the top down in protocol order, each with its sites; only what matches and what leads there. */
export function treeRows(
  units: readonly Unit[],
  sites: readonly Site[],
  matches: (text: string) => boolean,
): readonly TreeRow[] {
  const known = new Set(units.map(({ id }) => id));
  const children = new Map<UnitId | undefined, Unit[]>();
  for (const unit of [...units].sort((a, b) => a.sort_order - b.sort_order || a.id - b.id)) {
    const parent = unit.parent !== undefined && known.has(unit.parent) ? unit.parent : undefined;
    children.set(parent, [...(children.get(parent) ?? []), unit]);
  }
  const below = (parent: UnitId | undefined, depth: number): readonly TreeRow[] =>
    (children.get(parent) ?? []).flatMap((unit) => {
      const own = sites.filter((site) => site.unit === unit.id).sort((a, b) => a.number - b.number);
      const shown = matches(unit.name) ? own : own.filter((site) => matches(site.name));
      const rest = below(unit.id, depth + 1);
      const visible = shown.length > 0 || rest.length > 0 || matches(unit.name);
      return visible ? [{ unit, depth, sites: shown }, ...rest] : [];
    });
  return below(undefined, 0);
}
