import { type ReactNode, useState, useSyncExternalStore } from "react";
import { RefusedError } from "../shared/connection";
import { serverText, t } from "../shared/i18n";
import { lineWords } from "../shared/lineWords";
import type { Command, HallView, Line } from "../shared/protocol";
import { Documents } from "./Documents";
import { connection, devices, leave, screen } from "./desk";
import { Icon } from "./Icon";

interface SessionBarProps {
  readonly view: HallView;
  readonly line: Line | undefined;
  readonly cameraOn: boolean;
  readonly hasCamera: boolean;
}

/** The one row of buttons (hidden when idle), and this hall's number and name (never hidden). */
export function SessionBar({ view, line, cameraOn, hasCamera }: SessionBarProps) {
  const [panel, setPanel] = useState<"documents" | "help">();
  const [refusal, setRefusal] = useState("");
  const give = (command: Command) => {
    setRefusal("");
    connection.give(command).catch((error: unknown) => {
      if (error instanceof RefusedError) setRefusal(serverText(error.textKey, error.detail));
    });
  };
  const toggle = (wanted: "documents" | "help") => setPanel((now) => (now === wanted ? undefined : wanted));
  const raised = view.queue !== undefined;
  const words = line && lineWords(line);
  return (
    <>
      {panel && (
        <aside className="panel-over">
          {panel === "documents" ? (
            <>
              <h2>{t("hall.documents")}</h2>
              <Documents documents={view.documents} />
            </>
          ) : (
            <Help view={view} />
          )}
          <button type="button" className="big" onClick={() => setPanel(undefined)}>
            {t("hall.close")}
          </button>
        </aside>
      )}
      <footer className="bar">
        <div className="bar-buttons">
          <button
            type="button"
            className={view.microphone ? "big air" : "big"}
            disabled={!view.may.close_microphone}
            onClick={() => give({ type: "close_microphone", site: view.site })}
          >
            <Icon name={view.microphone ? "microphone" : "microphone_off"} />
            {t(view.microphone ? "session.microphone_open" : "session.microphone_closed")}
          </button>
          <button
            type="button"
            className="big"
            aria-pressed={cameraOn}
            disabled={!hasCamera}
            onClick={() => devices.switchCamera(!cameraOn)}
          >
            <Icon name={cameraOn && hasCamera ? "camera" : "camera_off"} />
            {t(hasCamera ? (cameraOn ? "session.camera_on" : "session.camera_off") : "session.camera_none")}
          </button>
          <button
            type="button"
            className={raised ? "big raised" : "big"}
            aria-pressed={raised}
            disabled={!raised && !view.may.raise_hand}
            onClick={() => give(raised ? { type: "lower_hand", site: view.site } : { type: "raise_hand" })}
          >
            <Icon name="hand" />
            {raised ? t("session.hand_raised", { place: view.queue ?? 0 }) : t("session.raise_hand")}
          </button>
          <ScreenButton view={view} />
          <button
            type="button"
            className="big"
            aria-expanded={panel === "documents"}
            onClick={() => toggle("documents")}
          >
            <Icon name="paper" />
            {t("hall.documents")}
          </button>
          <button
            type="button"
            className="big"
            aria-expanded={panel === "help"}
            onClick={() => toggle("help")}
          >
            <Icon name="help" />
            {t("session.help")}
          </button>
          <Refusal text={refusal} />
        </div>
        <Who view={view}>
          {words && (
            <span className={`verdict ${words.grade}`}>
              <span className={`dot ${words.grade}`} /> {t("session.line", { words: t(words.text) })}
            </span>
          )}
        </Who>
      </footer>
    </>
  );
}

function Refusal({ text }: { readonly text: string }) {
  if (!text) return null;
  return (
    <span className="refusal" role="alert">
      <span className="dot warn" /> {text}
    </span>
  );
}

/** Not there where the browser cannot. */
function ScreenButton({ view }: { readonly view: HallView }) {
  const { phase, problem } = useSyncExternalStore(screen.subscribe, screen.get);
  if (!screen.possible) return null;
  const on = phase === "on";
  // Red is what all see, as everywhere.
  const seen = on && view.cells.some((cell) => cell.own && cell.screen);
  return (
    <>
      <button
        type="button"
        className={seen ? "big air" : on ? "big raised" : "big"}
        aria-pressed={on}
        disabled={phase === "choosing" || (!on && !view.may.share_screen)}
        onClick={() => (on ? screen.stop() : void screen.share())}
      >
        <Icon name="screen" />
        {t(
          on
            ? "session.stop_sharing"
            : phase === "choosing"
              ? "session.screen_choosing"
              : "session.share_screen",
        )}
      </button>
      <Refusal text={problem ? t(problem) : ""} />
    </>
  );
}

function Who({ view, children }: { readonly view: HallView; readonly children: ReactNode }) {
  return (
    <div className="who">
      <b>
        {String(view.number).padStart(2, "0")} · {view.name}
      </b>
      {children}
    </div>
  );
}

function Help({ view }: { readonly view: HallView }) {
  const [leaving, setLeaving] = useState(false);
  return (
    <>
      <h2>{t("help.title")}</h2>
      {view.contact ? (
        <>
          <p>{t("help.call")}</p>
          <p className="help-number">{view.contact}</p>
          <p>{t("help.say")}</p>
        </>
      ) : (
        <p>{t("help.call_unknown", { organizer: view.meeting.organizer })}</p>
      )}
      <p className="help-number">{t("help.number", { number: view.number, name: view.name })}</p>
      <ul className="help-list">
        <li>{t("help.no_sound")}</li>
        <li>{t("help.no_picture")}</li>
        <li>{t("help.howling")}</li>
      </ul>
      {leaving ? (
        <div className="confirm">
          <span>{t("help.leave_sure")}</span>
          <button type="button" className="big air" onClick={() => void leave()}>
            {t("help.leave_yes")}
          </button>
          <button type="button" className="big" onClick={() => setLeaving(false)}>
            {t("help.leave_no")}
          </button>
        </div>
      ) : (
        <div className="confirm">
          <button
            type="button"
            className="big"
            onClick={() =>
              document.fullscreenElement
                ? void document.exitFullscreen()
                : void document.documentElement.requestFullscreen().catch(() => undefined)
            }
          >
            {t("help.fullscreen")}
          </button>
          <button type="button" className="big" onClick={() => setLeaving(true)}>
            {t("help.leave")}
          </button>
        </div>
      )}
    </>
  );
}
