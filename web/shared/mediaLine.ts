import { CameraLimit } from "./cameraLimit";
import { CameraSize } from "./cameraSize";
import type { Connection } from "./connection";
import { RefusedError } from "./connection";
import {
  cameraTarget,
  encodedSince,
  freezesSince,
  isCut,
  type LineSample,
  lineFigures,
  lineSample,
} from "./lineFigures";
import { type OwnTracks, Peer } from "./peer";
import { PlayoutTarget } from "./playoutTarget";
import type { Line } from "./protocol";
import { SlowEstimate } from "./slowEstimate";

/** A peer that says "disconnected" often comes back by itself; after this long it is replaced. */
const patience = 2000;
/** Joining takes 50 ms; a browser itself would try for half a minute before it says "failed". */
const connectingLimit = 6000;
const takeOverTime = 300;
const statsEvery = 2000;
/** The server speaks once a second. */
const tickLimit = 1500;
const sampleCount = 30;

export interface MediaState {
  /** off: not asked for. joining: first offer under way. on: pictures run. lost: was on and is being renewed. */
  readonly phase: "off" | "joining" | "on" | "lost";
  readonly video: readonly MediaStream[];
  readonly audio: readonly MediaStream[];
  readonly line: Line | undefined;
  /** The first picture is the whole stage in one, and the others are dark. */
  readonly program: boolean;
  /** Cells whose pictures have not come: what their slots show is of somebody else. */
  readonly late: readonly number[];
}

/**
 * Keeps media running over one connection after the other for as long as it is wanted: renews the peer when it fails, when
 * the server lost it, and when the server has forgotten it (restart).
 */
export class MediaLine {
  private readonly connection: Connection<unknown>;
  private readonly direction: "sends" | "receives";
  private tracks: OwnTracks = {};
  private wanted = false;
  private exchanging = false;
  private peer: Peer;
  private spare: Peer | undefined;
  private state: MediaState;
  private readonly listeners = new Set<() => void>();
  private readonly samples: LineSample[] = [];
  private readonly playout = new PlayoutTarget();
  private cameraLimit = new CameraLimit();
  private cameraSize = new CameraSize();
  private slowEstimate = new SlowEstimate();
  /** The peer is connected, or on its way to be, and not in the session; whether it became so. */
  private ahead: Promise<boolean> | undefined;
  private patienceTimer: ReturnType<typeof setTimeout> | undefined;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: Connection<unknown>, direction: "sends" | "receives") {
    this.connection = connection;
    this.direction = direction;
    this.peer = this.newPeer();
    this.spare = this.peer;
    this.state = { phase: "off", video: [], audio: [], line: undefined, program: false, late: [] };
    connection.on("whole", (whole) => {
      if (!this.wanted) {
        if (this.ahead && !whole.media_alive) this.prepareAnew();
        return;
      }
      if (whole.media_alive && this.peer.mayComeBack && !this.ahead) void this.follow();
      else void this.renew();
    });
    connection.on("send_layers", ({ rids }) => void this.peer.sendLayers(rids).catch(() => undefined));
    connection.on("send_screen", ({ wanted }) => void this.peer.sendScreen(wanted).catch(() => undefined));
    connection.on("show_program", ({ shown }) => this.set({ program: shown }));
    connection.on("pictures_late", ({ cells }) => this.set({ late: cells }));
    connection.on("media_lost", () => {
      if (this.wanted) void this.renew();
      else if (this.ahead) this.prepareAnew();
    });
    setInterval(() => void this.measure(), statsEvery);
  }

  readonly get = (): MediaState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Of a hall that waits: makes the line ready, so that start() is a word and a keyframe. Nothing is sent over it until then. */
  prepare(): void {
    if (this.wanted || this.ahead || this.connection.status().kind !== "open") return;
    const peer = this.spare ?? this.newPeer();
    this.spare = undefined;
    this.peer = peer;
    this.ahead = peer
      .connect((offer) => this.connection.offer(offer, true))
      .then(
        () => true,
        () => {
          if (this.peer === peer && !this.wanted) this.beginAnew();
          return false;
        },
      );
  }

  /** Offers (for a hall: joins). Rejects with RefusedError when the server does not want it; a broken line is not an error. */
  async start(): Promise<void> {
    if (this.wanted) return;
    this.wanted = true;
    this.set({ phase: "joining" });
    try {
      if (!(await this.enter())) await this.exchange();
    } catch (error) {
      if (error instanceof RefusedError && error.textKey === "line.down") return;
      this.stop();
      throw error;
    }
  }

  stop(): void {
    this.wanted = false;
    clearTimeout(this.patienceTimer);
    clearTimeout(this.retryTimer);
    this.beginAnew();
    this.samples.length = 0;
    this.set({ phase: "off", video: [], audio: [], line: undefined, program: false, late: [] });
  }

  /** What is not named stays what it was. */
  send(tracks: OwnTracks): void {
    this.tracks = { ...this.tracks, ...tracks };
    if (this.wanted) this.sendOver(this.peer);
  }

  private sendOver(peer: Peer): void {
    void peer.send(this.tracks).catch(() => undefined);
  }

  private async renew(): Promise<void> {
    clearTimeout(this.patienceTimer);
    clearTimeout(this.retryTimer);
    // One offer at a time; without a line the next Whole brings us here again.
    if (this.exchanging || this.connection.status().kind !== "open") return;
    this.set({ phase: this.state.phase === "joining" ? "joining" : "lost" });
    try {
      await this.exchange();
    } catch (error) {
      // The server was asked and said no, or the line went again. The first can pass (a session that is being resumed).
      if (error instanceof RefusedError && error.textKey === "line.down") return;
      if (this.wanted) this.retryTimer = setTimeout(() => void this.renew(), patience);
    }
  }

  private beginAnew(): void {
    this.ahead = undefined;
    this.peer.close();
    this.peer = this.newPeer();
    this.spare = this.peer;
  }

  private prepareAnew(): void {
    this.beginAnew();
    this.prepare();
  }

  /** Joins with what was made ready; false: nothing was, or it is gone. */
  private async enter(): Promise<boolean> {
    const peer = this.peer;
    if (!(await this.ahead) || !this.ahead) return false;
    this.sendOver(peer);
    try {
      await this.connection.give({ type: "join" });
    } catch (error) {
      if (error instanceof RefusedError && error.textKey === "media.peer_gone") return false;
      throw error;
    }
    if (peer !== this.peer || !this.wanted) return true;
    this.ahead = undefined;
    this.set({
      phase: peer.connected ? "on" : this.state.phase,
      video: peer.video,
      audio: peer.audio,
      program: false,
      late: [],
    });
    if (!peer.connected) this.renewAfter(connectingLimit);
    return true;
  }

  private async exchange(): Promise<void> {
    this.ahead = undefined;
    const old = this.peer;
    const peer = this.spare ?? this.newPeer();
    this.spare = undefined;
    this.peer = peer;
    this.sendOver(peer);
    this.exchanging = true;
    try {
      await peer.connect((offer) => this.connection.offer(offer));
    } finally {
      this.exchanging = false;
      // Not before the page has taken its last pictures over: a closed peer's videos turn black.
      if (old !== peer) setTimeout(() => old.close(), takeOverTime);
    }
    this.samples.length = 0;
    this.cameraLimit = new CameraLimit();
    this.cameraSize = new CameraSize();
    this.slowEstimate = new SlowEstimate();
    if (this.peer !== peer || !this.wanted) return;
    this.set({ video: peer.video, audio: peer.audio, program: false, late: [] });
    if (!peer.connected) this.renewAfter(connectingLimit);
  }

  /**
   * The signaling has lost its line and come back: perhaps on another network, where the media must follow. After a cut they
   * are back by themselves, and another way beside theirs would only make the next return slower, because a browser that
   * has lost its line tries all its ways in turn.
   */
  private async follow(): Promise<void> {
    const peer = this.peer;
    if (peer.connected && (await peer.hears())) return;
    if (peer === this.peer && this.wanted) await this.restartIce();
  }

  /** Keeps what runs and looks for another way to the server. */
  private async restartIce(): Promise<void> {
    if (this.exchanging || this.connection.status().kind !== "open") return;
    const peer = this.peer;
    this.exchanging = true;
    const done = await peer
      .restartIce((offer) => this.connection.restartIce(offer))
      .then(
        () => true,
        () => false,
      );
    this.exchanging = false;
    if (peer !== this.peer || !this.wanted || peer.connected) return;
    this.renewAfter(done ? patience : 0);
  }

  private renewAfter(wait: number): void {
    clearTimeout(this.patienceTimer);
    this.patienceTimer = setTimeout(() => void this.renew(), wait);
  }

  private newPeer(): Peer {
    const peer = new Peer(this.direction);
    peer.connection.addEventListener("connectionstatechange", () => this.watch(peer));
    return peer;
  }

  private watch(peer: Peer): void {
    if (peer !== this.peer) return;
    if (!this.wanted) {
      if (this.ahead && peer.connection.connectionState === "failed") this.beginAnew();
      return;
    }
    switch (peer.connection.connectionState) {
      case "connected":
        clearTimeout(this.patienceTimer);
        this.set({ phase: "on" });
        break;
      case "disconnected":
        this.set({ phase: "lost" });
        this.renewAfter(patience);
        void this.restartIce();
        break;
      case "failed":
        this.set({ phase: "lost" });
        this.renewAfter(0);
        break;
    }
  }

  private async measure(): Promise<void> {
    if (!this.wanted || !this.peer.connected) return;
    const peer = this.peer;
    const main = peer.video[0]?.getVideoTracks()[0]?.id;
    const sample = lineSample((await peer.connection.getStats()) as unknown as Map<string, unknown>, main);
    if (peer !== this.peer) return;
    const previous = this.samples.at(-1);
    const minuteAgo = this.samples[0];
    this.samples.push(sample);
    if (this.samples.length > sampleCount) this.samples.shift();
    if (!previous) return;
    // The server sends a report every second. A browser itself looks for seven before it says that its way is gone, which
    // it is for good after another address; while signaling is silent too, the line is cut and the way may come back.
    const silent = sample.bytesReceived > 0 && sample.bytesReceived === previous.bytesReceived;
    if (silent && this.connection.heardWithin(tickLimit)) {
      void this.renew();
      return;
    }
    peer.waitFor(
      this.playout.after({
        requests: sample.requests - previous.requests,
        received: sample.packetsReceived - previous.packetsReceived,
        gaps: (sample.concealed - previous.concealed) / Math.max(1, sample.samples - previous.samples),
        roundTrip: sample.rttMs,
        cut: isCut(previous, sample),
      }),
    );
    const target = cameraTarget(previous, sample);
    const limit = this.cameraLimit.after({
      packets: sample.cameraPackets - previous.cameraPackets,
      waited: sample.cameraWaitedMs - previous.cameraWaitedMs,
      target: target ?? 0,
    });
    const [largest, half] = (["f", "h"] as const).map((rid) =>
      peer.encodes(rid) ? encodedSince(previous, sample, rid) : undefined,
    );
    peer.limitCamera(limit, this.cameraSize.after({ largest, half, target }, peer.wants("h")));
    // Firefox says of its line only what the camera gets of it.
    const estimate = { line: sample.estimate || (target ?? 0), camera: target, most: peer.most };
    if (this.slowEstimate.after(estimate)) peer.nudge();
    this.set({ line: lineFigures(previous, sample, minuteAgo) });
    const freezes = freezesSince(previous, sample);
    if (freezes && this.direction === "sends") this.connection.send(freezes);
  }

  private set(change: Partial<MediaState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}
