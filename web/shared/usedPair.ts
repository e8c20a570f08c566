export type Stat = { readonly type: string; readonly id: string; readonly timestamp: number } & Record<
  string,
  unknown
>;

/** The pair of candidates that a connection uses now. Browsers name it in the transport; Firefox marks it as well. */
export function usedPair(stats: ReadonlyMap<string, Stat>): Stat | undefined {
  let marked: Stat | undefined;
  for (const stat of stats.values()) {
    if (stat.type === "transport" && typeof stat["selectedCandidatePairId"] === "string")
      return stats.get(stat["selectedCandidatePairId"]);
    if (stat.type === "candidate-pair" && stat["selected"] === true) marked = stat;
  }
  return marked;
}
