import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { ConnectionStatus } from "../shared/connection";
import { t } from "../shared/i18n";
import type { LineWords } from "../shared/lineWords";
import type { HallView } from "../shared/protocol";
import { Slot } from "../shared/ui/Slot";
import { devices } from "./desk";
import { Head } from "./Head";
import { lineTestWords, testLine } from "./lineTest";
import type { Kind } from "./ownDevices";
import { audio, meter, playTone, recordAndPlay } from "./soundTest";

interface CheckProps {
  readonly view: HallView | undefined;
  readonly status: ConnectionStatus;
  readonly onDone: () => void;
}

const recordFor = 3000;

/** The first screen: is our picture there, are we heard, do we hear, how is the line. Nothing of it is waited for. */
export function Check({ view, status, onDone }: CheckProps) {
  const own = useSyncExternalStore(devices.subscribe, devices.get);
  useEffect(() => {
    devices.test(true);
    return () => devices.test(false);
  }, []);
  return (
    <main className="screen check">
      <Head view={view} status={status} />
      <h1 className="hidden">{t("check.title")}</h1>
      <div className="check-grid">
        <div className="check-own">
          <section className="own-picture" aria-label={t("check.picture")}>
            <Slot
              stream={own.stream}
              mirrored
              covered={own.video !== "ready"}
              cover={<DeviceWords kind="video" state={own.video} />}
            />
          </section>
          <button
            type="button"
            className="huge act"
            onClick={() => {
              audio(); // this press lets sound out for as long as the page lives
              onDone();
            }}
          >
            {t("check.done")}
          </button>
        </div>
        <div className="check-list">
          <MicrophoneCheck stream={own.stream} state={own.audio} />
          <LineCheck />
          <Picker kind="video" label={t("check.camera")} found={own.cameras} stream={own.stream} />
          <Picker kind="audio" label={t("check.microphone")} found={own.microphones} stream={own.stream} />
        </div>
      </div>
    </main>
  );
}

function DeviceWords({ kind, state }: { readonly kind: Kind; readonly state: string }) {
  if (state === "asking") return <p>{t("check.asking")}</p>;
  return (
    <>
      <p className="warn">
        <b>{t(kind === "video" ? "check.no_camera" : "check.no_microphone")}</b>
      </p>
      <p>{t(state === "refused" ? "check.refused" : "check.missing")}</p>
      <button type="button" className="big" onClick={() => void devices.ask(kind)}>
        {t("check.ask_again")}
      </button>
    </>
  );
}

function MicrophoneCheck({ stream, state }: { readonly stream: MediaStream; readonly state: string }) {
  const bar = useRef<HTMLDivElement>(null);
  const [phase, setPhase] = useState<"idle" | "tone" | "recording" | "playing">("idle");
  const track = stream.getAudioTracks()[0];
  useEffect(() => meter(stream, (level) => bar.current?.style.setProperty("--level", `${level}%`)), [stream]);
  const busy = phase !== "idle";
  const run = (work: Promise<void>) => work.catch(() => undefined).then(() => setPhase("idle"));
  return (
    <section className="card">
      <h2>{t("check.sound")}</h2>
      {state === "ready" ? (
        <div className="level" ref={bar} role="img" aria-label={t("check.level")} />
      ) : (
        <DeviceWords kind="audio" state={state} />
      )}
      <div className="buttons">
        <button
          type="button"
          className="big"
          disabled={busy}
          onClick={() => {
            setPhase("tone");
            void run(playTone());
          }}
        >
          {t(phase === "tone" ? "check.tone_playing" : "check.tone")}
        </button>
        <button
          type="button"
          className="big"
          disabled={busy || !track}
          onClick={() => track && void run(recordAndPlay(track, recordFor, setPhase))}
        >
          {t(
            phase === "recording"
              ? "check.recording"
              : phase === "playing"
                ? "check.playing"
                : "check.record",
          )}
        </button>
      </div>
    </section>
  );
}

function LineCheck() {
  const [words, setWords] = useState<LineWords>();
  useEffect(() => {
    let gone = false;
    void testLine().then((result) => !gone && setWords(lineTestWords(result)));
    return () => {
      gone = true;
    };
  }, []);
  return (
    <section className="card" aria-live="polite">
      <h2>{t("check.line")}</h2>
      {words ? (
        <>
          <p className={`verdict ${words.grade}`}>
            <span className={`dot ${words.grade}`} /> {t(words.text)}
          </p>
          <p>{t(words.todo)}</p>
        </>
      ) : (
        <p className="soft">{t("check.line_testing")}</p>
      )}
    </section>
  );
}

interface PickerProps {
  readonly kind: Kind;
  readonly label: string;
  readonly found: readonly MediaDeviceInfo[];
  readonly stream: MediaStream;
}

/** Only where there is a choice. */
function Picker({ kind, label, found, stream }: PickerProps) {
  if (found.length < 2) return null;
  const current =
    stream
      .getTracks()
      .find((track) => track.kind === kind)
      ?.getSettings().deviceId ?? "";
  return (
    <label className="picker">
      {label}
      <select value={current} onChange={(event) => void devices.choose(kind, event.target.value)}>
        {found.map((device) => (
          <option key={device.deviceId} value={device.deviceId}>
            {device.label}
          </option>
        ))}
      </select>
    </label>
  );
}
