import { Connection, deviceName, signalingUrl } from "../shared/connection";
import { MediaLine } from "../shared/mediaLine";
import type { HallView } from "../shared/protocol";
import { OwnDevices } from "./ownDevices";
import { OwnScreen } from "./ownScreen";
import { forgetPapers } from "./papers";
import { sendSnapshots } from "./snapshot";

/** What lives as long as the page does, whatever screen is shown. */
export const token = decodeURIComponent(location.pathname.split("/")[2] ?? "");

export const connection = new Connection<HallView>(
  signalingUrl(),
  { device: deviceName(), hall: token },
  (whole) => whole.hall,
);
export const media = new MediaLine(connection, "sends");
export const devices = new OwnDevices((tracks) => media.send(tracks));
export const screen = new OwnScreen(
  navigator.mediaDevices,
  (command) => connection.give(command),
  (track) => media.send({ screen: track }),
);

/** This tab was in the session: after a reload it goes back by itself. */
const joinedKey = `diemcau.joined.${token}`;
export const memory = {
  joined: () => sessionStorage.getItem(joinedKey) === "1",
  keep: (joined: boolean) =>
    joined ? sessionStorage.setItem(joinedKey, "1") : sessionStorage.removeItem(joinedKey),
};

export function documentUrl(id: number): string {
  return `/api/hall/${encodeURIComponent(token)}/documents/${id}/file`;
}

export const missedUrl = `/api/hall/${encodeURIComponent(token)}/missed`;

/** Up to when this hall has seen, or does not want to see, what it missed. */
const seenKey = `diemcau.seen.${token}`;
export const seen = {
  until: () => Number(sessionStorage.getItem(seenKey) ?? 0),
  keep: (until: number) => sessionStorage.setItem(seenKey, String(until)),
};

export function startDesk(): void {
  connection.start();
  void devices.start();
  sendSnapshots(
    () => devices.get().stream,
    (message) => connection.sendBinary(message),
  );
  let speaking = false;
  connection.store.subscribe(() => {
    const view = connection.store.get();
    if (!view) return;
    screen.follow(view);
    // In an echo only the hall itself hears it.
    if ((view.microphone || view.echo) !== speaking) {
      speaking = view.microphone || view.echo;
      devices.openMicrophone(speaking);
    }
    if (view.state === "ended") {
      memory.keep(false);
      media.stop();
      void forgetPapers();
    } else if (view.state === "open" && memory.joined()) {
      void join().catch(() => memory.keep(false));
    } else {
      prepare();
    }
  });
  // The first view comes before the connection counts as open.
  connection.on("whole", prepare);
}

/** Who waits for the button of an open session has its line made ready meanwhile. */
function prepare(): void {
  if (connection.store.get()?.may.join && !memory.joined()) media.prepare();
}

export async function join(): Promise<void> {
  await media.start();
  memory.keep(true);
}

/** A person's choice, unlike a lost line: nothing brings this hall back but the button. */
export async function leave(): Promise<void> {
  memory.keep(false);
  await connection.give({ type: "leave" }).catch(() => undefined);
  media.stop();
  prepare();
}
