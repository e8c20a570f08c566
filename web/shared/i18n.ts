import { useSyncExternalStore } from "react";
import type { DeskTextKey } from "./texts/desk.vi";
import { type PageTextKey, vi } from "./texts/vi";

type Language = "vi" | "en";
export type TextKey = PageTextKey | DeskTextKey;
type Texts = Readonly<Record<string, string>>;

/** What a page has in texts beside those that all have. The other language is fetched when it is asked for. */
interface Catalogue {
  readonly vi: Texts;
  readonly en: () => Promise<Texts>;
}

const storageKey = "diemcau.language";
let language: Language = "vi";
const catalogues: Catalogue[] = [{ vi, en: async () => (await import("./texts/en")).en }];
let texts: Texts = vi;
const listeners = new Set<() => void>();

/** The sentence of a key; `{name}` in it is replaced by values.name. */
export function t(key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A text key that came from the server. One that this page does not know is shown as a general sentence. */
export function serverText(key: string, detail = ""): string {
  return Object.hasOwn(texts, key)
    ? t(key as TextKey, { detail })
    : t("error.unknown", { detail: detail || key });
}

/** Before loadLanguage(). The hall does not carry the words of console and office. */
export function addTexts(catalogue: Catalogue): void {
  catalogues.push(catalogue);
}

export async function setLanguage(wanted: Language): Promise<void> {
  const parts =
    wanted === "vi" ? catalogues.map((one) => one.vi) : await Promise.all(catalogues.map((one) => one.en()));
  texts = Object.assign({}, ...parts);
  language = wanted;
  localStorage.setItem(storageKey, wanted);
  document.documentElement.lang = wanted;
  for (const listener of listeners) listener();
}

export async function loadLanguage(): Promise<void> {
  const wanted = localStorage.getItem(storageKey) === "en" ? "en" : "vi";
  await setLanguage(wanted).catch(() => setLanguage("vi"));
}

export function useLanguage(): Language {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => language,
  );
}
