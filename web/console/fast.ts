import type { CameraState, Line, Output, Outputs } from "../shared/protocol";

/**
 * What comes many times a second and may be lost: levels, line figures, snapshots. Kept out of React's state: a level bar
 * that moves five times a second must not draw 115 tiles anew.
 */
export class FastFacts {
  readonly levels = new Map<string, number>();
  readonly lines = new Map<string, Line>();
  readonly outputs = new Map<string, Output>();
  /** What is wrong with the RTSP cameras of halls without a PC. */
  readonly cameras = new Map<string, CameraState>();
  /** Where the program is taken by RTSP. */
  rtsp: string | undefined;
  readonly pictures = new Map<string, ImageBitmap>();
  private readonly listeners = new Map<string, Set<() => void>>();

  /** `fact` is "levels", "lines", "outputs", "cameras" or "picture:ID". */
  subscribe(fact: string, listener: () => void): () => void {
    const listeners = this.listeners.get(fact) ?? new Set();
    this.listeners.set(fact, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  hearLevels(levels: Readonly<Record<string, number>>): void {
    for (const [site, level] of Object.entries(levels)) this.levels.set(site, level);
    this.tell("levels");
  }

  hearLines(lines: Readonly<Record<string, Line>>): void {
    this.lines.clear();
    for (const [site, line] of Object.entries(lines)) this.lines.set(site, line);
    this.tell("lines");
  }

  hearOutputs({ outputs, rtsp }: Outputs): void {
    this.rtsp = rtsp;
    this.outputs.clear();
    for (const [id, output] of Object.entries(outputs)) this.outputs.set(id, output);
    this.tell("outputs");
  }

  hearCameras(cameras: Readonly<Record<string, CameraState>>): void {
    this.cameras.clear();
    for (const [site, state] of Object.entries(cameras)) this.cameras.set(site, state);
    this.tell("cameras");
  }

  async hearSnapshot(site: number, jpeg: Blob): Promise<void> {
    const picture = await createImageBitmap(jpeg).catch(() => undefined);
    if (!picture) return;
    const id = String(site);
    this.pictures.get(id)?.close();
    this.pictures.set(id, picture);
    this.tell(`picture:${id}`);
  }

  private tell(fact: string): void {
    for (const listener of this.listeners.get(fact) ?? []) listener();
  }
}
