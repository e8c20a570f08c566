import { useSyncExternalStore } from "react";

export type Theme = "dark" | "light";

const listeners = new Set<() => void>();

/** The page's own beginning is in its HTML (halls and console open dark); what a person chose is kept per page kind. */
export function loadTheme(page: string): void {
  const kept = localStorage.getItem(`diemcau.theme.${page}`);
  if (kept === "dark" || kept === "light") document.documentElement.dataset["theme"] = kept;
}

function currentTheme(): Theme {
  return document.documentElement.dataset["theme"] === "light" ? "light" : "dark";
}

export function toggleTheme(page: string): void {
  const theme: Theme = currentTheme() === "light" ? "dark" : "light";
  document.documentElement.dataset["theme"] = theme;
  localStorage.setItem(`diemcau.theme.${page}`, theme);
  for (const listener of listeners) listener();
}

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, currentTheme);
}
