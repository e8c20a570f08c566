import type { Browser, Page } from "playwright-core";
import { context, launch } from "../browser.ts";
import { type CaptureFiles, captureFiles, type Signs, type Size } from "../capture.ts";
import { audible, colourIn, pitches } from "../senses.ts";
import { until } from "../until.ts";
import { keepPeers } from "./keepPeers.ts";

/** An official at a hall's PC. */
export class Hall {
  private constructor(
    readonly browser: Browser,
    readonly page: Page,
    readonly signs: Signs,
  ) {}

  /** `size` is the camera's, `screen` the window's; `shares`: words of the title of the tab that it will share. */
  static async open(
    url: string,
    signs: Signs,
    options: { executable?: string; size?: Size; screen?: Size; shares?: string } = {},
  ): Promise<Hall> {
    const { size, screen, ...rest } = options;
    const capture: CaptureFiles = captureFiles(signs, size);
    const browser = await launch({ capture, ...rest });
    const permissions = rest.shares ? ["camera", "microphone"] : [];
    const page = await (await context(browser, screen, permissions)).newPage();
    await page.addInitScript(keepPeers);
    await page.goto(url);
    return new Hall(browser, page, signs);
  }

  /** Looks at the check page and goes on to the waiting room. */
  async passCheck(): Promise<void> {
    await this.page.getByRole("button", { name: "Xong, vào phòng chờ" }).click();
  }

  async join(): Promise<void> {
    await this.page.getByRole("button", { name: "Vào phòng họp" }).click();
    await this.page.locator("main.session").waitFor();
  }

  /** While it waits in an open session its line is made ready; answers how many pictures it has sent over it. */
  async lineMadeReady(): Promise<number> {
    await this.page.waitForFunction(() =>
      (window as unknown as { peers: RTCPeerConnection[] }).peers.some(
        ({ connectionState }) => connectionState === "connected",
      ),
    );
    return this.page.evaluate(async () => {
      let sent = 0;
      for (const peer of (window as unknown as { peers: RTCPeerConnection[] }).peers)
        for (const one of (await peer.getStats()).values())
          if (one.type === "outbound-rtp" && one.kind === "video") sent += one.framesSent ?? 0;
      return sent;
    });
  }

  /** Presses the button and answers the milliseconds until the first frame of the stage was decoded. */
  async joinTimed(): Promise<number> {
    const button = this.page.getByRole("button", { name: "Vào phòng họp" });
    await button.and(this.page.locator(":enabled")).waitFor();
    await this.lineMadeReady(); // it takes half a second at most, an official longer
    await this.page.evaluate(() => {
      const state = window as unknown as { pressedAt: number; joined: Promise<number> };
      document.addEventListener("click", () => (state.pressedAt = performance.now()), {
        capture: true,
        once: true,
      });
      state.joined = new Promise((done) => {
        const look = () => {
          const video = document.querySelector<HTMLVideoElement>('[data-cell="0"] video');
          if (!video) return requestAnimationFrame(look);
          video.requestVideoFrameCallback((now) => done(Math.max(now, performance.now()) - state.pressedAt));
        };
        look();
      });
    });
    await button.click();
    return this.page.evaluate(() => (window as unknown as { joined: Promise<number> }).joined);
  }

  /** Lines of the picture in that cell, as it was decoded. */
  lines(cell = 0): Promise<number> {
    return this.page.evaluate(
      (index) => document.querySelector<HTMLVideoElement>(`[data-cell="${index}"] video`)?.videoHeight ?? 0,
      cell,
    );
  }

  /** Frames that its camera's encoders have made so far, by size. */
  encoded(): Promise<Record<string, number>> {
    return this.page.evaluate(async () => {
      const { peers } = window as unknown as { peers: RTCPeerConnection[] };
      const frames: Record<string, number> = {};
      for (const peer of peers.filter((one) => one.connectionState === "connected"))
        // The screen has no layers.
        for (const stat of (await peer.getStats()).values())
          if (stat.type === "outbound-rtp" && stat.kind === "video" && stat.rid !== undefined)
            frames[stat.rid] = stat.framesEncoded;
      return frames;
    });
  }

  /** Of its camera so far: packets sent, and ms that they waited within the browser, in all. */
  cameraWaits(): Promise<{ packets: number; waited: number }> {
    return this.page.evaluate(async () => {
      const { peers } = window as unknown as { peers: RTCPeerConnection[] };
      const sum = { packets: 0, waited: 0 };
      for (const peer of peers.filter((one) => one.connectionState === "connected"))
        for (const stat of (await peer.getStats()).values())
          if (stat.type === "outbound-rtp" && stat.rid !== undefined) {
            sum.packets += stat.packetsSent;
            sum.waited += stat.totalPacketSendDelay * 1000;
          }
      return sum;
    });
  }

  colour(cell = 0): ReturnType<typeof colourIn> {
    return colourIn(this.page, cell);
  }

  sees(colour: string, cell = 0, limit = 15_000): Promise<unknown> {
    return until(`${colour} in cell ${cell}`, async () => (await this.colour(cell)) === colour, limit);
  }

  /** The next frame that comes in that cell from now on; answers the milliseconds until then. */
  async nextFrame(cell: number): Promise<number> {
    const since = Date.now();
    await this.page.evaluate(
      (index) =>
        new Promise<void>((done) => {
          const look = () => {
            // The element stays, its stream may be another one by then.
            const video = document.querySelector<HTMLVideoElement>(`[data-cell="${index}"] video`);
            if (video) video.requestVideoFrameCallback(() => done());
            else setTimeout(look, 20);
          };
          look();
        }),
      cell,
    );
    return Date.now() - since;
  }

  /** The longest time without a new frame in the main cell, of the milliseconds from now on. */
  longestGap(during: number): Promise<number> {
    return this.page.evaluate(
      (time) =>
        new Promise<number>((done) => {
          const end = performance.now() + time;
          let last = performance.now();
          let longest = 0;
          const look = () => {
            const now = performance.now();
            longest = Math.max(longest, now - last);
            last = now;
          };
          const video = document.querySelector<HTMLVideoElement>('[data-cell="0"] video');
          const next = () => {
            look();
            if (last < end) video?.requestVideoFrameCallback(next);
          };
          video?.requestVideoFrameCallback(next);
          setTimeout(() => {
            look();
            done(longest);
          }, time);
        }),
      during,
    );
  }

  /** Every pitch of `heard` is heard, none of `silent`. */
  hears(heard: readonly number[], silent: readonly number[] = []): Promise<unknown> {
    return until(`${heard.join(", ")} Hz heard and ${silent.join(", ")} Hz silent`, async () => {
      const levels = await pitches(this.page, [...heard, ...silent]);
      return (
        heard.every((pitch) => (levels[pitch] ?? -200) > audible) &&
        silent.every((pitch) => (levels[pitch] ?? -200) < audible)
      );
    });
  }

  /** The row of buttons hides while nobody moves; a pointer that stays where it is has not moved. */
  private async stir(): Promise<void> {
    await this.page.mouse.move(300, 300);
    await this.page.mouse.move(320, 320);
  }

  async raiseHand(): Promise<void> {
    await this.stir();
    await this.page.getByRole("button", { name: "Xin phát biểu" }).click();
  }

  /** Another tab of this hall's browser, with its presentation. */
  async present(title: string, colour: string, { width, height }: Size): Promise<Page> {
    const tab = await this.page.context().newPage();
    await tab.setViewportSize({ width, height });
    // Something moves, as a pointer does: a page that never changes would be sent once.
    await tab.setContent(
      `<title>${title}</title><style>@keyframes run { to { margin-left: 90% } } i { display: block; width: 9%; height: 20px; background: #222; animation: run 2s linear infinite }</style><body style="margin: 0; background: ${colour}"><i></i><h1>${title}</h1></body>`,
    );
    await this.page.bringToFront();
    return tab;
  }

  async shareScreen(): Promise<void> {
    await this.stir();
    await this.page.getByRole("button", { name: "Chia sẻ màn hình" }).click();
    await this.page.getByRole("button", { name: "Dừng chia sẻ" }).waitFor();
  }

  async stopSharing(): Promise<void> {
    await this.stir();
    await this.page.getByRole("button", { name: "Dừng chia sẻ" }).click();
  }

  async leave(): Promise<void> {
    await this.stir();
    await this.page.getByRole("button", { name: "Gọi kỹ thuật" }).click();
    await this.page.getByRole("button", { name: "Rời phiên họp" }).click();
    await this.page.getByRole("button", { name: "Rời", exact: true }).click();
    await this.page.getByRole("button", { name: "Vào phòng họp" }).waitFor();
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}
