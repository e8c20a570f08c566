import type { Command, HallView } from "../shared/protocol";
import type { PageTextKey } from "../shared/texts/vi";

export interface ScreenState {
  readonly phase: "off" | "choosing" | "on";
  /** What is shared; only while it is on. */
  readonly stream: MediaStream | undefined;
  /** Why there is none after the button was pressed. */
  readonly problem: PageTextKey | undefined;
}

type View = Pick<HallView, "site" | "state" | "presence" | "screen">;

const wishes: DisplayMediaStreamOptions = {
  video: { width: { max: 1920 }, height: { max: 1080 }, frameRate: { ideal: 10, max: 15 } },
  audio: false,
};

/**
 * What the hall shares of its computer's screen: the browser has it, the session knows of it. The two are brought together
 * whenever one of them changes: a reloaded page shares nothing any more, a line that comes back finds the screen still shared,
 * the operator may stop it. Nobody is asked for anything before the button is pressed.
 */
export class OwnScreen {
  private state: ScreenState = { phase: "off", stream: undefined, problem: undefined };
  private readonly listeners = new Set<() => void>();
  /** The session has known of what is shared now. */
  private known = false;
  private giving = false;
  private view: View | undefined;
  private readonly devices: Pick<MediaDevices, "getDisplayMedia"> | undefined;
  private readonly give: (command: Command) => Promise<void>;
  private readonly onTrack: (track: MediaStreamTrack | undefined) => void;

  constructor(
    devices: Pick<MediaDevices, "getDisplayMedia"> | undefined,
    give: (command: Command) => Promise<void>,
    onTrack: (track: MediaStreamTrack | undefined) => void,
  ) {
    this.devices = devices;
    this.give = give;
    this.onTrack = onTrack;
  }

  /** False where the browser cannot: on telephones and tablets. */
  get possible(): boolean {
    return typeof this.devices?.getDisplayMedia === "function";
  }

  readonly get = (): ScreenState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  async share(): Promise<void> {
    if (!this.devices || this.state.phase !== "off") return;
    this.set({ phase: "choosing", stream: undefined, problem: undefined });
    try {
      const stream = await this.devices.getDisplayMedia(wishes);
      const [track] = stream.getVideoTracks();
      if (!track) throw new DOMException("no picture", "NotFoundError");
      // Letters before movement: it keeps its size on a thin line.
      track.contentHint = "detail";
      // The browser's own bar stops it too.
      track.onended = () => this.stop();
      this.known = false;
      this.set({ phase: "on", stream, problem: undefined });
      this.onTrack(track);
    } catch (error) {
      const refused = error instanceof DOMException && error.name === "NotAllowedError";
      this.set({
        phase: "off",
        stream: undefined,
        problem: refused ? "session.screen_refused" : "session.screen_failed",
      });
    }
    this.agree();
  }

  stop(): void {
    if (this.state.phase !== "on") return;
    this.end();
    this.agree();
  }

  follow(view: View): void {
    this.view = view;
    this.agree();
  }

  private agree(): void {
    const { view } = this;
    const { phase } = this.state;
    if (!view || this.giving || phase === "choosing") return;
    if (phase === "on") {
      if (view.state !== "open" || view.presence === "left" || (this.known && !view.screen)) {
        this.end();
        return;
      }
      this.known ||= view.screen;
      if (!view.screen && view.presence === "connected") this.tell({ type: "share_screen" });
    } else if (view.screen && view.state === "open") {
      this.tell({ type: "stop_sharing", site: view.site });
    }
  }

  private tell(command: Command): void {
    this.giving = true;
    this.give(command).then(
      () => {
        this.giving = false;
        this.agree();
      },
      // Refused, or without a line: the next view says where things stand.
      () => {
        this.giving = false;
      },
    );
  }

  private end(): void {
    for (const track of this.state.stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.set({ phase: "off", stream: undefined, problem: undefined });
    this.onTrack(undefined);
  }

  private set(state: ScreenState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
