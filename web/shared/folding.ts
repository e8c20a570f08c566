/** Text for accent-free matching: "Sìn Hồ" → "sin ho", đ → d. Never for sorting or for telling two names apart. */
export function fold(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .replace(/[đĐÐ]/g, "d")
    .toLowerCase()
    .replace(/\s+/g, " ")
    .trim();
}

/** Best first: how well `text` answers what was typed; 0 is not at all. With marks beats without, beginnings beat middles. */
export function matchRank(text: string, typed: string): number {
  const folded = fold(text);
  const wanted = fold(typed);
  if (wanted === "") return 1;
  if (text.normalize("NFC").toLowerCase() === typed.normalize("NFC").toLowerCase().trim()) return 6;
  const exact = text.normalize("NFC").toLowerCase().includes(typed.normalize("NFC").toLowerCase().trim())
    ? 1
    : 0;
  if (folded === wanted) return 4 + exact;
  if (folded.startsWith(wanted)) return 3 + exact;
  if (folded.includes(` ${wanted}`)) return 2 + exact;
  if (folded.includes(wanted)) return 1 + exact;
  const initials = folded
    .split(" ")
    .map((word) => word[0])
    .join("");
  return initials === wanted.replace(/ /g, "") && wanted.length > 1 ? 1 : 0;
}
