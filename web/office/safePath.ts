/** Where to go after the log-in: only a path of ours, never another host. */
export function safePath(next: string | null): string {
  return next?.startsWith("/") && !next.startsWith("//") && !next.includes("\\") ? next : "/";
}
