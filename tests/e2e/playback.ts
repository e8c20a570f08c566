import type { Page } from "playwright-core";
import type { Hall } from "./pages/Hall.ts";

export interface Figures {
  /** Share of the sound's samples that were made up for lost ones. Comfort noise of a silent speaker is none. */
  readonly concealed: number;
  /** Share of the time that lies in gaps of more than 300 ms between two frames shown. */
  readonly stalled: number;
  readonly framesPerSecond: number;
  /** ms between two frames shown. */
  readonly longestGap: number;
  /** kbit/s of picture and sound that arrived, and frames that were asked for anew. */
  readonly bitrate: number;
  readonly keyframeRequests: number;
  /** ms that a sample of the voice waited before it was played: what the repairs cost. */
  readonly voiceWait: number;
}

interface Received {
  readonly total: number;
  readonly concealed: number;
  readonly bytes: number;
  readonly keyframeRequests: number;
  readonly waited: number;
  readonly played: number;
}

/** What a hall page shows and plays, measured within the page: frames as they are drawn, sound as the decoder counts it. */
export class Playback {
  private constructor(private readonly page: Page) {}

  static async of(hall: Hall): Promise<Playback> {
    await hall.page.evaluate(() => {
      const frames: number[] = [];
      Object.assign(window, { frames });
      // The element stays, its stream may be another one later.
      let watched: HTMLVideoElement | null = null;
      const look = () => {
        const video = document.querySelector<HTMLVideoElement>('[data-cell="0"] video');
        if (video !== watched) {
          watched = video;
          video?.requestVideoFrameCallback(function note() {
            frames.push(performance.now());
            if (video === watched) video.requestVideoFrameCallback(note);
          });
        }
        requestAnimationFrame(look);
      };
      look();
    });
    return new Playback(hall.page);
  }

  async measure(seconds: number): Promise<Figures> {
    const before = await this.received();
    const shown = await this.page.evaluate(async (length) => {
      const { frames } = window as unknown as { frames: number[] };
      const start = performance.now();
      await new Promise((over) => setTimeout(over, length));
      const end = performance.now();
      const inside = frames.filter((at) => at > start && at <= end);
      const gaps = [...inside, end].map((at, i) => at - (inside[i - 1] ?? start));
      return { count: inside.length, gaps, length: end - start };
    }, seconds * 1000);
    const after = await this.received();
    const stalled = shown.gaps.filter((gap) => gap > 300).reduce((sum, gap) => sum + gap, 0);
    return {
      concealed: (after.concealed - before.concealed) / (after.total - before.total),
      stalled: stalled / shown.length,
      framesPerSecond: (shown.count * 1000) / shown.length,
      longestGap: Math.max(...shown.gaps),
      bitrate: ((after.bytes - before.bytes) * 8) / shown.length,
      keyframeRequests: after.keyframeRequests - before.keyframeRequests,
      voiceWait: ((after.waited - before.waited) * 1000) / (after.played - before.played),
    };
  }

  /** Of all connections that the page has had: of those that are closed their last count is gone, and none is measured then. */
  private received(): Promise<Received> {
    return this.page.evaluate(async () => {
      const sum = { total: 0, concealed: 0, bytes: 0, keyframeRequests: 0, waited: 0, played: 0 };
      for (const peer of (window as unknown as { peers: RTCPeerConnection[] }).peers)
        for (const stat of (await peer.getStats()).values()) {
          if (stat.type !== "inbound-rtp" || !stat.packetsReceived) continue;
          sum.bytes += stat.bytesReceived;
          sum.keyframeRequests += stat.pliCount ?? 0;
          sum.total += stat.totalSamplesReceived ?? 0;
          if (stat.kind === "audio") {
            sum.waited += stat.jitterBufferDelay;
            sum.played += stat.jitterBufferEmittedCount;
          }
          sum.concealed += (stat.concealedSamples ?? 0) - (stat.silentConcealedSamples ?? 0);
        }
      return sum;
    });
  }

  /** From now on: ms until the next frame is shown, and until sound that was really sent is played. */
  resumes(limit: number): Promise<{ picture: number; sound: number }> {
    return this.page.evaluate(async (longest) => {
      const state = window as unknown as { frames: number[]; peers: RTCPeerConnection[] };
      const real = async () => {
        let samples = 0;
        for (const peer of state.peers)
          for (const stat of (await peer.getStats()).values())
            if (stat.type === "inbound-rtp" && stat.kind === "audio")
              samples += (stat.totalSamplesReceived ?? 0) - (stat.concealedSamples ?? 0);
        return samples;
      };
      const since = performance.now();
      const played = await real();
      let [picture, sound] = [longest, longest];
      while (performance.now() - since < longest && (picture === longest || sound === longest)) {
        await new Promise((next) => setTimeout(next, 20));
        const frame = state.frames.find((at) => at > since);
        if (frame !== undefined) picture = frame - since;
        if (sound === longest && (await real()) > played) sound = performance.now() - since;
      }
      return { picture, sound };
    }, limit);
  }
}
