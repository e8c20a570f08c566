import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import type { ConnectionStatus } from "../shared/connection";
import { duration } from "../shared/format";
import { t } from "../shared/i18n";
import type { CellView, ClipState, HallView } from "../shared/protocol";
import { areaStyle } from "../shared/ui/areas";
import { PictureComing } from "../shared/ui/PictureComing";
import { Slot } from "../shared/ui/Slot";
import { Sound } from "../shared/ui/Sound";
import { useNow } from "../shared/useNow";
import { connection, devices, media, screen } from "./desk";
import { LineLost } from "./LineLost";
import { Missed } from "./Missed";
import { SessionBar } from "./SessionBar";

interface InSessionProps {
  readonly view: HallView;
  readonly status: ConnectionStatus;
}

const now = () => connection.now();
const idleAfter = 5000;
/** The session, while the hall looks at what it missed: enough to notice its own name. */
const quiet = 0.25;

/** The stage, full screen, and over it only what this hall must know. */
export function InSession({ view, status }: InSessionProps) {
  const { video, audio, phase, line, program, late } = useSyncExternalStore(media.subscribe, media.get);
  const own = useSyncExternalStore(devices.subscribe, devices.get);
  const shared = useSyncExternalStore(screen.subscribe, screen.get);
  const [blocked, setBlocked] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const [lookingBack, setLookingBack] = useState(false);
  const idle = useIdle();
  const onBlocked = useCallback(
    (is: boolean) => setBlocked((was) => (is ? true : attempt > 0 ? false : was)),
    [attempt],
  );
  const speaking = view.speaker?.site === view.site;
  const lost = status.kind !== "open" || phase === "lost";

  return (
    <main className={`session${idle ? " idle" : ""}${speaking ? " speaking" : ""}`}>
      <div className="banners">
        {view.microphone && <OnAir view={view} speaking={speaking} />}
        {view.echo && (
          <p className="banner-warn" role="status">
            <span className="dot good" /> {t("session.echo")}
          </p>
        )}
        {lost && <LineLost status={status} still />}
        {own.audio !== "ready" && own.audio !== "asking" && (
          <p className="banner-warn" role="status">
            <span className="dot warn" /> {t("session.no_microphone")}
          </p>
        )}
      </div>
      <div className="cells" data-layout={program ? "single" : view.layout} data-program={program}>
        {(program ? [null] : view.cells).map((cell, index) => (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: cell i is slot i, whoever is in it
            key={index}
            className="cell"
            style={areaStyle(program ? "single" : view.layout, index)}
            data-cell={index}
            data-site={cell?.site ?? ""}
          >
            <Slot
              stream={!cell?.own ? video[index] : cell.screen ? shared.stream : own.stream}
              mirrored={false}
              covered={
                cell !== null &&
                covered(
                  cell,
                  late.includes(index),
                  view.clip,
                  cell.screen ? shared.phase === "on" : own.video === "ready" && own.cameraOn,
                )
              }
              cover={cell && <Slate cell={cell} late={late.includes(index)} />}
            />
            {cell?.label && <span className="plate">{nameOf(cell)}</span>}
          </div>
        ))}
      </div>
      <Sound
        streams={audio}
        muted={false}
        volume={lookingBack ? quiet : 1}
        onBlocked={onBlocked}
        attempt={attempt}
      />
      {view.missed && !view.microphone && (
        <Missed key={view.missed.until} missed={view.missed} onLookingBack={setLookingBack} />
      )}

      {speaking && <div className="edge" />}
      {blocked && (
        <button
          type="button"
          className="huge act unmute"
          onClick={() => {
            setBlocked(false);
            setAttempt((n) => n + 1);
          }}
        >
          {t("session.unmute")}
        </button>
      )}
      <SessionBar view={view} line={line} cameraOn={own.cameraOn} hasCamera={own.video === "ready"} />
    </main>
  );
}

function nameOf(cell: CellView): string {
  return cell.screen ? t("screen.of", { name: cell.label }) : cell.label;
}

function covered(cell: CellView, late: boolean, clip: ClipState, ownRuns: boolean): boolean {
  if (cell.own) return !ownRuns;
  if (cell.clip) return late || clip === "stopped" || clip === "failed";
  return late || cell.site === undefined || !cell.present;
}

function Slate({ cell, late }: { readonly cell: CellView; readonly late: boolean }) {
  if (cell.screen)
    return (
      <>
        <b className="slate-name">{nameOf(cell)}</b>
        {cell.present ? (
          <PictureComing className="soft" />
        ) : (
          <span className="soft">{t("session.screen_off")}</span>
        )}
      </>
    );
  if (cell.own)
    return (
      <>
        <b className="slate-name">{cell.label}</b>
        <span className="soft">{t("session.own_camera_off")}</span>
      </>
    );
  if (cell.clip)
    return late ? (
      <PictureComing className="soft" />
    ) : (
      <span className="soft">{t("session.clip_stopped")}</span>
    );
  if (cell.site === undefined) return null;
  return (
    <>
      <b className="slate-name">{cell.label}</b>
      {cell.present ? (
        <PictureComing className="soft" />
      ) : (
        <span className="soft">{t("session.absent")}</span>
      )}
    </>
  );
}

function OnAir({ view, speaking }: { readonly view: HallView; readonly speaking: boolean }) {
  const time = useNow(now);
  const speaker = view.speaker;
  const over = speaker?.until !== undefined && time > speaker.until;
  return (
    <div className="on-air" role="status">
      <span>
        <b>● {t(speaking ? "session.your_turn" : "session.on_air")}</b> — {t("session.all_hear")}
      </span>
      {speaking && speaker && (
        <span className="time">
          {speaker.until === undefined
            ? duration(time - speaker.since)
            : over
              ? t("session.over", { time: duration(time - speaker.until) })
              : t("session.left", { time: duration(speaker.until - time) })}
        </span>
      )}
    </div>
  );
}

/** True when nobody has moved a mouse, touched or typed for a while. */
function useIdle(): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    let timer = setTimeout(() => setIdle(true), idleAfter);
    const stir = () => {
      setIdle(false);
      clearTimeout(timer);
      timer = setTimeout(() => setIdle(true), idleAfter);
    };
    const events = ["pointermove", "pointerdown", "keydown", "focusin"] as const;
    for (const event of events) addEventListener(event, stir);
    return () => {
      clearTimeout(timer);
      for (const event of events) removeEventListener(event, stir);
    };
  }, []);
  return idle;
}
