import { join } from "node:path";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { colourIn } from "../senses.ts";
import { until } from "../until.ts";
import { keepPeers } from "./keepPeers.ts";

/** An official whose PC has Firefox. Its camera and microphone are Firefox's own: colours that change, and a tone. */
export class FirefoxHall {
  /** Of its microphone, Hz. */
  static readonly pitch = 1300;

  private constructor(
    private readonly browser: Browser,
    readonly page: Page,
  ) {}

  static async open(url: string): Promise<FirefoxHall> {
    const browser = await puppeteer.launch({
      browser: "firefox",
      executablePath: join(import.meta.dirname, "../firefox"),
      acceptInsecureCerts: true, // the certificate's CA is the server's own
      defaultViewport: { width: 1366, height: 768 },
      extraPrefsFirefox: {
        "media.navigator.streams.fake": true,
        "media.navigator.permission.disabled": true,
        "media.navigator.audio.fake_frequency": FirefoxHall.pitch,
        "media.autoplay.default": 0,
        "intl.accept_languages": "vi",
      },
    });
    const page = await browser.newPage();
    await page.evaluateOnNewDocument(keepPeers);
    await page.goto(url);
    return new FirefoxHall(browser, page);
  }

  async press(button: string): Promise<void> {
    await this.page.locator(`::-p-xpath(//button[contains(., "${button}")])`).click();
  }

  async join(): Promise<void> {
    await this.press("Vào phòng họp");
    await this.page.locator("main.session").wait();
  }

  sees(colour: string): Promise<unknown> {
    return until(`${colour} on the stage`, async () => (await colourIn(this.page, 0)) === colour);
  }

  /** Connections that the page has made so far; of the last one the voice packets that came, and how loud they are (0 … 1). */
  async connections(): Promise<{ made: number; voice: number; level: number }> {
    return this.page.evaluate(async () => {
      const { peers } = window as unknown as { peers: RTCPeerConnection[] };
      let voice = 0;
      let level = 0;
      for (const stat of ((await peers.at(-1)?.getStats()) ?? new Map()).values())
        if (stat.type === "inbound-rtp" && stat.kind === "audio") {
          voice += stat.packetsReceived;
          level = Math.max(level, stat.audioLevel ?? 0);
        }
      return { made: peers.length, voice, level };
    });
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}
