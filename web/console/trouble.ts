import { lineWords } from "../shared/lineWords";
import type { CameraState, ConsoleView, Line, SiteView } from "../shared/protocol";

/** Higher is worse. 0: nothing to look after. */
export function troubleRank(site: SiteView, line: Line | undefined, camera?: CameraState): number {
  if (camera && site.presence !== "connected") return 3;
  switch (site.presence) {
    case "lost":
      return 3;
    case "connected":
      return line && lineWords(line).grade === "poor" ? 2 : 0;
    case "absent":
    case "left":
      return 0;
    default:
      return site.presence satisfies never;
  }
}

export type Order = "trouble" | "number" | "absent";
export type SiteEntry = readonly [id: string, site: SiteView];

/** The wall's order. By trouble: what is broken, then who is on stage, who waits to speak, the rest, and the absent last. */
export function orderSites(
  sites: ConsoleView["sites"],
  order: Order,
  rank: (id: string, site: SiteView) => number,
): readonly SiteEntry[] {
  const weight = ([id, site]: SiteEntry): number => {
    const here = site.presence === "connected" || site.presence === "lost";
    switch (order) {
      case "number":
        return 0;
      case "absent":
        return here ? 0 : 1;
      case "trouble":
        return rank(id, site) * 8 + (site.on_stage ? 4 : 0) + (site.hand ? 2 : 0) + (here ? 1 : 0);
      default:
        return order satisfies never;
    }
  };
  return Object.entries(sites).sort(
    (a, b) => weight(b) - weight(a) || a[1].number - b[1].number || Number(a[0]) - Number(b[0]),
  );
}

export function present(sites: ConsoleView["sites"]): number {
  return Object.values(sites).filter((site) => site.presence === "connected").length;
}
