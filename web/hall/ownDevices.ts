import type { OwnTracks } from "../shared/peer";

export type Kind = "audio" | "video";

/** ready: a track runs. refused: the browser or a person said no. missing: there is none, or another program holds it. */
type DeviceState = "asking" | "ready" | "refused" | "missing";

export interface DevicesState {
  readonly audio: DeviceState;
  readonly video: DeviceState;
  readonly stream: MediaStream; // what runs of the two
  readonly microphones: readonly MediaDeviceInfo[];
  readonly cameras: readonly MediaDeviceInfo[];
  readonly cameraOn: boolean;
}

const wishes: Readonly<Record<Kind, MediaTrackConstraints>> = {
  audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
  video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 25, max: 30 } },
};

/** The hall's camera and microphone. Each is asked for by itself: a hall without a camera still speaks. */
export class OwnDevices {
  private state: DevicesState = {
    audio: "asking",
    video: "asking",
    stream: new MediaStream(),
    microphones: [],
    cameras: [],
    cameraOn: true,
  };
  private readonly listeners = new Set<() => void>();
  private readonly onTracks: (tracks: OwnTracks) => void;
  private microphoneOpen = false;
  private testing = false;

  constructor(onTracks: (tracks: OwnTracks) => void) {
    this.onTracks = onTracks;
  }

  readonly get = (): DevicesState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  async start(): Promise<void> {
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.deviceChanged());
    // Together first: one question to the person instead of two.
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: this.wish("audio"),
        video: this.wish("video"),
      });
      this.take(stream);
    } catch {
      await this.ask("audio");
      await this.ask("video");
    }
    await this.list();
  }

  async choose(kind: Kind, device: string): Promise<void> {
    localStorage.setItem(`diemcau.${kind}`, device);
    await this.ask(kind);
  }

  async ask(kind: Kind): Promise<void> {
    try {
      this.take(await navigator.mediaDevices.getUserMedia({ [kind]: this.wish(kind) }));
    } catch (error) {
      const refused = error instanceof DOMException && error.name === "NotAllowedError";
      this.set({ [kind]: refused ? "refused" : "missing" });
    }
    await this.list();
  }

  /** While the session runs: as the operator has it (the server forwards nothing of a closed microphone in any case). */
  openMicrophone(open: boolean): void {
    this.microphoneOpen = open;
    this.enable();
  }

  /** In the check the microphone is heard by its own hall only. */
  test(testing: boolean): void {
    this.testing = testing;
    this.enable();
  }

  switchCamera(on: boolean): void {
    this.set({ cameraOn: on });
    this.enable();
  }

  private wish(kind: Kind): MediaTrackConstraints {
    const chosen = localStorage.getItem(`diemcau.${kind}`);
    return chosen ? { ...wishes[kind], deviceId: { ideal: chosen } } : wishes[kind];
  }

  private take(fresh: MediaStream): void {
    const stream = new MediaStream(fresh.getTracks());
    for (const kept of this.state.stream.getTracks()) {
      if (fresh.getTracks().some((track) => track.kind === kept.kind)) kept.stop();
      else stream.addTrack(kept);
    }
    for (const track of fresh.getTracks()) {
      track.onended = () => this.set({ [track.kind]: "missing" });
      this.set({ [track.kind]: "ready" });
    }
    this.set({ stream });
    this.enable();
    this.onTracks({ microphone: stream.getAudioTracks()[0], camera: stream.getVideoTracks()[0] });
  }

  private enable(): void {
    for (const track of this.state.stream.getAudioTracks())
      track.enabled = this.microphoneOpen || this.testing;
    for (const track of this.state.stream.getVideoTracks()) track.enabled = this.state.cameraOn;
  }

  /** A cable was pulled or pushed in: what was missing is asked for again by itself. */
  private async deviceChanged(): Promise<void> {
    await this.list();
    if (this.state.audio === "missing" && this.state.microphones.length > 0) await this.ask("audio");
    if (this.state.video === "missing" && this.state.cameras.length > 0) await this.ask("video");
  }

  private async list(): Promise<void> {
    const devices = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
    this.set({
      microphones: devices.filter(({ kind, deviceId }) => kind === "audioinput" && deviceId !== ""),
      cameras: devices.filter(({ kind, deviceId }) => kind === "videoinput" && deviceId !== ""),
    });
  }

  private set(change: Partial<DevicesState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}
