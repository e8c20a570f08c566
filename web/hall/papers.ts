import type { DocumentLine } from "../shared/protocol";
import { documentUrl, token } from "./desk";

/**
 * The meeting's papers on this machine: fetched in the waiting room, so that one opens at once however bad the line is by
 * then. Kept in the browser's Cache (the server lets nothing of a paper stay in the HTTP cache unasked), under this link
 * only, and gone when the session has ended: a hall's PC is often a borrowed one.
 */
const prefix = "diemcau.papers.";
const name = `${prefix}${token}`;

const kept = new Set<string>();
let snapshot: ReadonlySet<string> = new Set();
const listeners = new Set<() => void>();

/** A paper that the office replaces may keep its id, but hardly its size. */
const keyOf = (document: DocumentLine) => `${documentUrl(document.id)}?size=${document.size}`;

export const keptPapers = {
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  get: (): ReadonlySet<string> => snapshot,
  has: (papers: ReadonlySet<string>, document: DocumentLine): boolean => papers.has(keyOf(document)),
};

/** Readable here and small enough to fetch unasked; a film of the papers is not. */
const limit = 50_000_000;

export async function fetchAhead(documents: readonly DocumentLine[], signal: AbortSignal): Promise<void> {
  await forgetOthers(new Set(documents.map(keyOf)));
  for (const document of documents) {
    if (signal.aborted) return;
    if (document.size > limit) continue;
    // One after the other, and none of them a reason to stop: what is missing is fetched when it is opened.
    await fetchPaper(document, signal).catch(() => undefined);
  }
}

export async function fetchPaper(document: DocumentLine, signal: AbortSignal): Promise<Blob> {
  const key = keyOf(document);
  const cache = await openCache();
  const found = await cache?.match(key);
  if (found) {
    keep(key);
    return found.blob();
  }
  const response = await fetch(documentUrl(document.id), { signal });
  if (!response.ok) throw new Error(String(response.status));
  const bytes = await response.blob();
  if (cache) {
    await cache.put(key, new Response(bytes, { headers: { "content-type": document.media_type } }));
    keep(key);
  }
  return bytes;
}

export async function forgetPapers(): Promise<void> {
  kept.clear();
  tell();
  if ("caches" in globalThis) await caches.delete(name);
}

async function forgetOthers(wanted: ReadonlySet<string>): Promise<void> {
  if (!("caches" in globalThis)) return;
  for (const other of await caches.keys())
    if (other.startsWith(prefix) && other !== name) await caches.delete(other);
  const cache = await openCache();
  for (const request of (await cache?.keys()) ?? []) {
    const { pathname, search } = new URL(request.url);
    if (!wanted.has(pathname + search)) await cache?.delete(request);
  }
}

/** None where the browser forbids it (a private window): then each paper is fetched when it is opened. */
function openCache(): Promise<Cache | undefined> {
  return "caches" in globalThis ? caches.open(name).catch(() => undefined) : Promise.resolve(undefined);
}

function keep(key: string): void {
  kept.add(key);
  tell();
}

function tell(): void {
  snapshot = new Set(kept);
  for (const listener of listeners) listener();
}
