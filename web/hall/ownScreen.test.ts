import { beforeEach, expect, test } from "vitest";
import type { Command, HallView } from "../shared/protocol";
import { OwnScreen } from "./ownScreen";

/** A browser that gives a screen, or what it throws. */
class Browser {
  asked = 0;
  stopped = false;
  refusal: DOMException | undefined;
  readonly track = {
    contentHint: "",
    onended: null as (() => void) | null,
    stop: () => {
      this.stopped = true;
    },
  };

  async getDisplayMedia(): Promise<MediaStream> {
    ++this.asked;
    if (this.refusal) throw this.refusal;
    const tracks = [this.track];
    return { getVideoTracks: () => tracks, getTracks: () => tracks } as unknown as MediaStream;
  }
}

type View = Pick<HallView, "site" | "state" | "presence" | "screen">;

let browser: Browser;
let screen: OwnScreen;
let commands: Command[];
let sent: (MediaStreamTrack | undefined)[];
let line: boolean;
let view: View;

/** The session does what it is told, and shows it before it says that it is done. */
function give(command: Command): Promise<void> {
  if (!line) return Promise.reject(new Error("line.down"));
  commands.push(command);
  see({ screen: command.type === "share_screen" });
  return Promise.resolve();
}

function see(change: Partial<View>): void {
  view = { ...view, ...change };
  screen.follow(view);
}

const settled = () => new Promise((done) => setTimeout(done, 0));
const types = () => commands.map(({ type }) => type);

beforeEach(() => {
  browser = new Browser();
  commands = [];
  sent = [];
  line = true;
  view = { site: 5 as View["site"], state: "open", presence: "connected", screen: false };
  screen = new OwnScreen(browser, give, (track) => sent.push(track));
  screen.follow(view);
});

test("nobody is asked before the button is pressed, and nothing is told", async () => {
  await settled();
  expect(browser.asked).toBe(0);
  expect(commands).toEqual([]);
});

test("a shared screen is sent and told once", async () => {
  await screen.share();
  await settled();
  expect(screen.get().phase).toBe("on");
  expect(browser.track.contentHint).toBe("detail");
  expect(sent).toEqual([browser.track]);
  expect(types()).toEqual(["share_screen"]);
});

test("the browser's own bar stops it too", async () => {
  await screen.share();
  await settled();
  browser.track.onended?.();
  await settled();
  expect(screen.get().phase).toBe("off");
  expect(sent).toEqual([browser.track, undefined]);
  expect(types()).toEqual(["share_screen", "stop_sharing"]);
});

test("what the operator stops is not shared again", async () => {
  await screen.share();
  await settled();
  see({ screen: false });
  await settled();
  expect(screen.get().phase).toBe("off");
  expect(browser.stopped).toBe(true);
  expect(types()).toEqual(["share_screen"]);
});

test("a reloaded page says that it shares nothing any more", async () => {
  see({ screen: true });
  await settled();
  expect(types()).toEqual(["stop_sharing"]);
});

test("a line that was down is told of the screen when it is back", async () => {
  line = false;
  await screen.share();
  await settled();
  expect(commands).toEqual([]);
  line = true;
  see({ presence: "lost" });
  await settled();
  expect(commands).toEqual([]);
  see({ presence: "connected" });
  await settled();
  expect(types()).toEqual(["share_screen"]);
  expect(screen.get().phase).toBe("on");
});

test("who leaves shares no more", async () => {
  await screen.share();
  await settled();
  see({ presence: "left", screen: false });
  expect(browser.stopped).toBe(true);
  expect(screen.get().phase).toBe("off");
});

test("a refusal is said in words, and the next try forgets it", async () => {
  browser.refusal = new DOMException("", "NotAllowedError");
  await screen.share();
  expect(screen.get()).toMatchObject({ phase: "off", problem: "session.screen_refused" });
  browser.refusal = new DOMException("", "NotReadableError");
  await screen.share();
  expect(screen.get().problem).toBe("session.screen_failed");
  browser.refusal = undefined;
  await screen.share();
  expect(screen.get().problem).toBeUndefined();
  expect(screen.get().phase).toBe("on");
});

test("a browser that cannot share is known not to", () => {
  expect(screen.possible).toBe(true);
  expect(new OwnScreen(undefined, give, () => undefined).possible).toBe(false);
  expect(new OwnScreen({} as MediaDevices, give, () => undefined).possible).toBe(false);
});
