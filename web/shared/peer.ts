import { withAudioNack } from "./audioNack";
import { activeLayers, type Layer, layersFor, rids } from "./cameraLayers";
import type { Playout } from "./playoutTarget";

const videoSlots = 9;
const audioSlots = 3;

export interface OwnTracks {
  readonly microphone?: MediaStreamTrack | undefined;
  readonly camera?: MediaStreamTrack | undefined;
}

/**
 * One RTCPeerConnection with one offer, never renegotiated. The order of m-lines is the contract with the server: of a hall
 * its microphone and its camera first; then of everybody nine video and three audio slots.
 */
export class Peer {
  readonly connection: RTCPeerConnection;
  readonly video: readonly MediaStream[];
  readonly audio: readonly MediaStream[];
  private readonly microphone: RTCRtpSender | undefined;
  private readonly camera: RTCRtpSender | undefined;
  private layers: readonly Layer[] = layersFor(0, 0);
  private wantedLayers: readonly string[] | undefined;
  private applied: Promise<void> = Promise.resolve();
  private readonly prepared: Promise<string>;

  constructor(direction: "sends" | "receives", tracks: OwnTracks = {}) {
    // No ICE servers: the server is ICE-lite on a known address and learns ours from the first check.
    this.connection = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers: [] });
    if (direction === "sends") {
      this.microphone = this.add(tracks.microphone ?? "audio", { direction: "sendonly" }).sender;
      this.camera = this.add(tracks.camera ?? "video", {
        direction: "sendonly",
        sendEncodings: rids.map((rid) => ({ rid })),
      }).sender;
      void this.applyLayers(tracks.camera);
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

  /** One round trip: the offer is ready, and nobody waits for candidates. */
  async connect(exchange: (offer: string) => Promise<string>): Promise<void> {
    const sdp = await exchange(await this.prepared);
    if (this.connection.signalingState === "closed") return;
    await this.connection.setRemoteDescription({ type: "answer", sdp });
  }

  async send(tracks: OwnTracks): Promise<void> {
    await this.microphone?.replaceTrack(tracks.microphone ?? null);
    await this.camera?.replaceTrack(tracks.camera ?? null);
    await this.applyLayers(tracks.camera);
  }

  /** Which sizes of the camera somebody sees; the others are not encoded. */
  async sendLayers(wanted: readonly string[]): Promise<void> {
    this.wantedLayers = wanted;
    await this.applyLayers();
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
    const active = activeLayers(this.layers, this.wantedLayers);
    const parameters = this.camera.getParameters();
    for (const encoding of parameters.encodings) {
      const layer = this.layers.find((one) => one.rid === encoding.rid);
      if (!layer) continue;
      encoding.active = active.has(layer.rid);
      encoding.scaleResolutionDownBy = layer.scaleResolutionDownBy;
      encoding.maxBitrate = layer.maxBitrate;
    }
    await this.camera.setParameters(parameters);
  }

  close(): void {
    this.connection.close();
  }

  private async prepare(): Promise<string> {
    const offer = await this.connection.createOffer();
    const sdp = withAudioNack(offer.sdp ?? "");
    await this.connection.setLocalDescription({ type: "offer", sdp });
    return sdp;
  }

  private slot(kind: "audio" | "video"): MediaStream {
    return new MediaStream([this.add(kind, { direction: "recvonly" }).receiver.track]);
  }

  private add(source: MediaStreamTrack | "audio" | "video", init: RTCRtpTransceiverInit): RTCRtpTransceiver {
    const transceiver = this.connection.addTransceiver(source, init);
    const kind = typeof source === "string" ? source : source.kind === "audio" ? "audio" : "video";
    // Only what the server speaks: an offer with all codecs is 59 kB, with these 15.
    transceiver.setCodecPreferences(
      codecs(
        kind,
        init.direction === "sendonly"
          ? RTCRtpSender.getCapabilities(kind)
          : RTCRtpReceiver.getCapabilities(kind),
      ),
    );
    return transceiver;
  }
}

function codecs(kind: "audio" | "video", capabilities: RTCRtpCapabilities | null): RTCRtpCodec[] {
  const wanted = kind === "audio" ? ["audio/opus", "audio/red"] : ["video/vp8", "video/rtx"];
  return (capabilities?.codecs ?? []).filter((codec) => wanted.includes(codec.mimeType.toLowerCase()));
}
