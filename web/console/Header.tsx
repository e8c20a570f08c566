import { useSyncExternalStore } from "react";
import type { ConnectionStatus } from "../shared/connection";
import { bytes, clockWithSeconds, duration } from "../shared/format";
import { serverText, setLanguage, t, useLanguage } from "../shared/i18n";
import type { ConsoleView, Tick } from "../shared/protocol";
import { toggleTheme, useTheme } from "../shared/theme";
import { useNow } from "../shared/useNow";
import { ActionButton } from "./ActionButton";
import { askEnd, end, outputs, record, stopRecording } from "./actions/session";
import { changeDesk, connection, fast, useDesk, useTick } from "./desk";
import { outputTroubles } from "./outputWords";
import { present, troubleRank } from "./trouble";

const now = () => connection.now();
const lowDisk = 5e9;

interface HeaderProps {
  readonly view: ConsoleView;
  readonly status: ConnectionStatus;
}

export function Header({ view, status }: HeaderProps) {
  const time = useNow(now);
  const tick = useTick();
  const desk = useDesk();
  const language = useLanguage();
  const theme = useTheme();
  const warnings = useSyncExternalStore(
    (listener) => fast.subscribe("lines", listener),
    () => countWarnings(view, tick),
  );
  const head = (
    <>
      <span className="clock">{clockWithSeconds(time)}</span>
      <h1 className="meeting" title={view.meeting.title}>
        {view.meeting.title}
      </h1>
    </>
  );
  if (desk.asking === "end")
    return (
      <header>
        {head}
        <span className="space" />
        <span className="row ask">
          <b className="nowrap">{t("console.end_sure")}</b>
          <ActionButton action={end} view={view} className="air" />
          <button type="button" onClick={() => changeDesk({ asking: undefined })}>
            {t("console.no")}
          </button>
        </span>
      </header>
    );
  return (
    <header>
      {head}
      {view.item !== undefined && (
        <span className="soft nowrap">
          {t("console.item", { item: view.item + 1, count: view.agenda.length })}
        </span>
      )}
      <span className="space" />
      {status.kind !== "open" ? (
        <span className="row warn" role="status">
          <span className="dot warn" />
          <b>{t("console.line_lost")}</b>
        </span>
      ) : (
        <>
          {view.state === "open" && <Recording view={view} time={time} tick={tick} />}
          {tick?.disk_free_bytes !== undefined && (
            <span className={tick.disk_free_bytes < lowDisk ? "warn nowrap" : "faint nowrap"}>
              {t("console.disk", { free: bytes(tick.disk_free_bytes) })}
            </span>
          )}
        </>
      )}
      <span className="row nowrap">
        <span className="dot good" />
        {t("console.present", { present: present(view.sites), all: Object.keys(view.sites).length })}
      </span>
      {warnings > 0 && (
        <span className="row warn nowrap">
          <span className="dot warn" />
          <b>{t("console.warnings", { count: warnings })}</b>
        </span>
      )}
      {view.state !== "ended" && <OutputsButton view={view} />}
      <button
        type="button"
        className="quiet"
        title={t("desk.language")}
        onClick={() => void setLanguage(language === "vi" ? "en" : "vi")}
      >
        <span className={language === "vi" ? "" : "faint"}>VI</span> ·{" "}
        <span className={language === "en" ? "" : "faint"}>EN</span>
      </button>
      <button
        type="button"
        className="quiet"
        aria-label={t("desk.theme")}
        onClick={() => toggleTheme("console")}
      >
        {theme === "dark" ? "☾" : "☀"}
      </button>
      {view.state === "open" && <ActionButton action={askEnd} view={view} />}
    </header>
  );
}

/** How many hosts take the program, of those that are to. */
function OutputsButton({ view }: { readonly view: ConsoleView }) {
  const [live, troubles] = useSyncExternalStore(
    (listener) => fast.subscribe("outputs", listener),
    () =>
      `${[...fast.outputs.values()].filter((output) => output.state === "live").length} ${outputTroubles(view, fast.outputs)}`,
  ).split(" ");
  const on = Object.values(view.outputs).filter((output) => output.on).length;
  return (
    <ActionButton action={outputs} view={view}>
      {(on > 0 || troubles !== "0") && <span className={troubles === "0" ? "dot good" : "dot warn"} />}
      {on > 0 && view.state === "open" ? t("outputs.count", { live: live ?? 0, on }) : t("outputs.show")}
    </ActionButton>
  );
}

interface RecordingProps {
  readonly view: ConsoleView;
  readonly time: number;
  readonly tick: Tick | undefined;
}

function Recording({ view, time, tick }: RecordingProps) {
  const { state, since, reason } = view.recorder;
  const desk = useDesk();
  if (desk.asking === "stop_recording" && state === "recording")
    return (
      <span className="row ask">
        <b className="nowrap">{t("console.record_stop_sure")}</b>
        <ActionButton action={stopRecording} view={view} className="air" />
        <button type="button" onClick={() => changeDesk({ asking: undefined })}>
          {t("console.no")}
        </button>
      </span>
    );
  return (
    <span className="row nowrap">
      <ActionButton action={record} view={view} className={state === "recording" ? "recording" : ""}>
        <span className={state === "recording" ? "dot air" : "dot off"} />
        {t(state === "recording" ? "console.recording" : "console.record")}
      </ActionButton>
      {state === "recording" && since !== undefined && <b>{duration(time - since)}</b>}
      {state === "recording" && tick?.recording_stalled ? (
        <b className="alarm" role="alert">
          {t("console.record_stalled")}
        </b>
      ) : (
        state === "recording" &&
        tick?.recorded_bytes !== undefined && <span className="soft">{bytes(tick.recorded_bytes)}</span>
      )}
      {state === "recording" && tick?.disk_full_minutes !== undefined && (
        <b className="warn" role="alert">
          {t("console.disk_full_in", { minutes: tick.disk_full_minutes })}
        </b>
      )}
      {state === "failed" && (
        <b className="warn" role="alert">
          {t("console.record_failed", { reason: serverText(reason) })}
        </b>
      )}
    </span>
  );
}

function countWarnings(view: ConsoleView, tick: Tick | undefined): number {
  const diskFree = tick?.disk_free_bytes;
  const sites = Object.entries(view.sites).filter(
    ([id, site]) => troubleRank(site, fast.lines.get(id), fast.cameras.get(id)) > 0,
  ).length;
  return (
    sites +
    (view.recorder.state === "failed" ? 1 : 0) +
    (view.clip.state === "failed" ? 1 : 0) +
    outputTroubles(view, fast.outputs) +
    (tick?.recording_stalled ? 1 : 0) +
    (tick?.disk_full_minutes !== undefined || (diskFree !== undefined && diskFree < lowDisk) ? 1 : 0)
  );
}
