import { withAudioNack } from "./audioNack";
import {
  activeLayers,
  halfSizeRate,
  type Layer,
  layersFor,
  type Rid,
  rids,
  sharedRates,
} from "./cameraLayers";
import type { Sizes } from "./cameraSize";
import type { Playout } from "./playoutTarget";
import { type Stat, usedPair } from "./usedPair";

const videoSlots = 9;
const audioSlots = 3;
/** ms: who sends or sees something gets a packet every 50 ms at least. */
const lately = 250;

/** bit/s: enough to be a change. */
const nudge = 1000;

/** Sends our offer; gives the server's answer. */
export type Exchange = (offer: string) => Promise<string>;

export interface OwnTracks {
  readonly microphone?: MediaStreamTrack | undefined;
  readonly camera?: MediaStreamTrack | undefined;
  readonly screen?: MediaStreamTrack | undefined;
}

/**
 * A screen keeps its size, so that its text is legible, and gives up frames instead: also on a viewer's thin line, where the
 * server leaves out temporal layers.
 */
const screenEncoding = {
  maxBitrate: 2_500_000,
  maxFramerate: 15,
  scalabilityMode: "L1T3",
  active: false,
};

/**
 * One RTCPeerConnection with one offer, never renegotiated but for its way through the network. The order of m-lines is the contract with the server: of a hall
 * its microphone, its camera and its screen first; then of everybody nine video and three audio slots.
 */
export class Peer {
  readonly connection: RTCPeerConnection;
  readonly video: readonly MediaStream[];
  readonly audio: readonly MediaStream[];
  private readonly microphone: RTCRtpSender | undefined;
  private readonly camera: RTCRtpSender | undefined;
  private readonly screen: RTCRtpSender | undefined;
  private layers: readonly Layer[] = layersFor(0, 0);
  /** Nobody's, until the server says whose. */
  private wantedLayers: readonly string[] = [];
  private cameraLimit: number | undefined;
  private sizes: Sizes = { largest: true, halfRate: halfSizeRate };
  private rates: ReadonlyMap<Rid, number> = new Map();
  private nudged = false;
  private applied: Promise<void> = Promise.resolve();
  private readonly prepared: Promise<string>;

  constructor(direction: "sends" | "receives") {
    // No ICE servers: the server is ICE-lite on a known address and learns ours from the first check.
    this.connection = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers: [] });
    if (direction === "sends") {
      this.microphone = this.add("audio", { direction: "sendonly" }).sender;
      this.camera = this.add("video", {
        direction: "sendonly",
        sendEncodings: rids.map((rid) => ({ rid, active: false })),
      }).sender;
      this.screen = this.add("video", { direction: "sendonly", sendEncodings: [screenEncoding] }).sender;
    }
    this.video = Array.from({ length: videoSlots }, () => this.slot("video"));
    this.audio = Array.from({ length: audioSlots }, () => this.slot("audio"));
    this.prepared = this.prepare();
    // Asked for in connect(); a peer that is thrown away before must not leave an unhandled rejection.
    this.prepared.catch(() => undefined);
  }

  get connected(): boolean {
    return this.connection.connectionState === "connected";
  }

  /** It has been connected, and another way to the server would make it so again. */
  get mayComeBack(): boolean {
    return this.connected || this.connection.connectionState === "disconnected";
  }

  /** One round trip: the offer is ready, and nobody waits for candidates. */
  async connect(exchange: Exchange): Promise<void> {
    await this.take(await exchange(await this.prepared));
    // What is set of a camera's sizes before they are agreed to does not hold.
    void this.applyLayers();
  }

  /** The same media over another way through the network (RFC 9429 4.1.18). */
  async restartIce(exchange: Exchange): Promise<void> {
    await this.take(await exchange(await this.prepare({ iceRestart: true })));
  }

  private async take(answer: string): Promise<void> {
    if (this.connection.signalingState === "closed") return;
    await this.connection.setRemoteDescription({ type: "answer", sdp: answer });
  }

  /** Of what is not named, nothing is sent. */
  async send(tracks: OwnTracks): Promise<void> {
    await this.microphone?.replaceTrack(tracks.microphone ?? null);
    await this.camera?.replaceTrack(tracks.camera ?? null);
    await this.screen?.replaceTrack(tracks.screen ?? null);
    await this.applyLayers(tracks.camera);
  }

  /** Which sizes of the camera somebody sees; the others are not encoded. */
  async sendLayers(wanted: readonly string[]): Promise<void> {
    this.wantedLayers = wanted;
    await this.applyLayers();
  }

  /** `limit`: bit/s, of all sizes of the camera together; undefined: none but their own. */
  limitCamera(limit: number | undefined, sizes: Sizes): void {
    const { largest, halfRate } = this.sizes;
    if (limit === this.cameraLimit && sizes.largest === largest && sizes.halfRate === halfRate) return;
    this.cameraLimit = limit;
    this.sizes = sizes;
    void this.applyLayers();
  }

  /** This size of the camera is wanted, or stands for a larger one that is left out. */
  encodes(rid: Rid): boolean {
    return this.rates.has(rid);
  }

  /** What the camera may give, bit/s. */
  get most(): number {
    return [...this.rates.values()].reduce((sum, rate) => sum + rate, 0);
  }

  /** Lets the browser look how wide its line is: it does when what the camera may give changes (see SlowEstimate). */
  nudge(): void {
    this.nudged = !this.nudged;
    void this.applyLayers();
  }

  /** Somebody wants this very size. */
  wants(rid: Rid): boolean {
    return this.wantedLayers.includes(rid);
  }

  /** Whether somebody sees the screen; nobody: it is not encoded. */
  sendScreen(wanted: boolean): Promise<void> {
    const apply = async () => {
      const parameters = this.screen?.getParameters();
      for (const encoding of parameters?.encodings ?? []) encoding.active = wanted;
      if (parameters) await this.screen?.setParameters(parameters);
    };
    this.applied = this.applied.then(apply).catch(() => undefined);
    return this.applied;
  }

  /** Packets come from the server, now: one has come lately, and another comes. */
  async hears(): Promise<boolean> {
    const before = await this.lastHeard();
    if (before === undefined || Date.now() - before > lately) return false;
    await new Promise((over) => setTimeout(over, lately));
    const after = await this.lastHeard();
    return after !== undefined && after > before;
  }

  /** When a packet came over the way that is used, in the clock of Date.now(). */
  private async lastHeard(): Promise<number | undefined> {
    const stats = (await this.connection.getStats()) as unknown as Map<string, Stat>;
    const heard = usedPair(stats)?.["lastPacketReceivedTimestamp"];
    return typeof heard === "number" ? heard : undefined;
  }

  /** How long what comes waits before it is played. */
  waitFor({ voice, picture }: Playout): void {
    for (const { receiver } of this.connection.getTransceivers())
      receiver.jitterBufferTarget = receiver.track.kind === "audio" ? voice : picture;
  }

  /** One after the other: what getParameters() gives is good for one setParameters(). A closed connection refuses it. */
  private applyLayers(camera?: MediaStreamTrack): Promise<void> {
    if (camera) {
      const { width = 0, height = 0 } = camera.getSettings();
      this.layers = layersFor(width, height);
    }
    this.applied = this.applied.then(() => this.setEncodings()).catch(() => undefined);
    return this.applied;
  }

  private async setEncodings(): Promise<void> {
    if (!this.camera) return;
    const active = activeLayers(this.layers, this.wantedLayers, this.sizes.largest);
    const rates = sharedRates(this.layers, active, this.cameraLimit, this.sizes.halfRate);
    this.rates = rates;
    const parameters = this.camera.getParameters();
    for (const encoding of parameters.encodings) {
      const layer = this.layers.find((one) => one.rid === encoding.rid);
      if (!layer) continue;
      encoding.active = active.has(layer.rid);
      encoding.scaleResolutionDownBy = layer.scaleResolutionDownBy;
      encoding.maxBitrate = (rates.get(layer.rid) ?? layer.maxBitrate) + (this.nudged ? nudge : 0);
    }
    await this.camera.setParameters(parameters);
  }

  close(): void {
    this.connection.close();
  }

  private async prepare(options: RTCOfferOptions = {}): Promise<string> {
    const offer = await this.connection.createOffer(options);
    const sdp = withAudioNack(offer.sdp ?? "");
    await this.connection.setLocalDescription({ type: "offer", sdp });
    return sdp;
  }

  private slot(kind: "audio" | "video"): MediaStream {
    return new MediaStream([this.add(kind, { direction: "recvonly" }).receiver.track]);
  }

  private add(kind: "audio" | "video", init: RTCRtpTransceiverInit): RTCRtpTransceiver {
    const transceiver = this.connection.addTransceiver(kind, init);
    // Only what the server speaks: an offer with all codecs is 59 kB, with these 15.
    transceiver.setCodecPreferences(
      codecs(
        spoken(kind, init.direction),
        init.direction === "sendonly"
          ? RTCRtpSender.getCapabilities(kind)
          : RTCRtpReceiver.getCapabilities(kind),
      ),
    );
    return transceiver;
  }
}

/** Browsers send VP8; H.264 comes from encoders that have nothing else. */
function spoken(
  kind: "audio" | "video",
  direction: RTCRtpTransceiverDirection | undefined,
): readonly string[] {
  if (kind === "audio") return ["audio/opus", "audio/red"];
  return direction === "sendonly" ? ["video/vp8", "video/rtx"] : ["video/vp8", "video/rtx", "video/h264"];
}

/** Of the many kinds of H.264 those that the server agrees to: constrained baseline and main. */
const knownH264 = /(?=.*packetization-mode=1)(?=.*profile-level-id=(42e0|4d00))/i;

function codecs(names: readonly string[], capabilities: RTCRtpCapabilities | null): RTCRtpCodec[] {
  return (capabilities?.codecs ?? []).filter(({ mimeType, sdpFmtpLine }) => {
    const name = mimeType.toLowerCase();
    return names.includes(name) && (name !== "video/h264" || knownH264.test(sdpFmtpLine ?? ""));
  });
}
