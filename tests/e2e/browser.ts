import { join } from "node:path";
import { type Browser, type BrowserContext, chromium } from "playwright-core";
import type { CaptureFiles } from "./capture.ts";

/** Debian's browser, with less priority than the server. */
export const chromiumProgram = join(import.meta.dirname, "chromium");

const common = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // The certificate's CA is the server's own; people install it once.
  "--ignore-certificate-errors",
  // A namespace of its own has no other address.
  "--allow-loopback-in-peer-connection",
];

export interface BrowserOptions {
  /** Camera and microphone from files; none: this browser has neither. */
  readonly capture?: CaptureFiles;
  readonly executable?: string;
  readonly sound?: boolean;
  /** What a person chooses when asked for a screen: the tab with these words (ASCII) in its title. */
  readonly shares?: string;
}

/** One browser process: a hall's PC has its own, because the capture files belong to the process. */
export function launch(options: BrowserOptions = {}): Promise<Browser> {
  const { capture, shares } = options;
  return chromium.launch({
    executablePath: options.executable ?? chromiumProgram,
    args: [
      ...common,
      ...(options.sound === false ? [] : ["--autoplay-policy=no-user-gesture-required"]),
      ...(capture
        ? [
            // It would answer for screens too, with a picture of its own: then the context permits the camera.
            ...(shares ? [] : ["--use-fake-ui-for-media-stream"]),
            "--use-fake-device-for-media-stream",
            `--use-file-for-fake-video-capture=${capture.video}`,
            `--use-file-for-fake-audio-capture=${capture.audio}`,
          ]
        : []),
      ...(shares ? [`--auto-select-tab-capture-source-by-title=${shares}`] : []),
    ],
  });
}

export function context(
  browser: Browser,
  size = { width: 1920, height: 1080 },
  permissions: readonly string[] = [],
): Promise<BrowserContext> {
  return browser.newContext({
    permissions: [...permissions],
    viewport: size,
    locale: "vi-VN",
    timezoneId: "Asia/Ho_Chi_Minh",
    ignoreHTTPSErrors: true,
  });
}
