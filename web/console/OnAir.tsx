import { useCallback, useState, useSyncExternalStore } from "react";
import { clock } from "../shared/format";
import { t } from "../shared/i18n";
import type { ConsoleView } from "../shared/protocol";
import { areaStyle } from "../shared/ui/areas";
import { PictureComing } from "../shared/ui/PictureComing";
import { Slot } from "../shared/ui/Slot";
import { Sound } from "../shared/ui/Sound";
import { ActionButton } from "./ActionButton";
import { closeMicrophones, openSession } from "./actions/session";
import { undo } from "./actions/stage";
import { media } from "./desk";
import { type Source, siteOf } from "./draft";
import { Finder } from "./Finder";
import { present } from "./trouble";

/** Exactly what the halls see, by the same slots. */
export function OnAir({ view }: { readonly view: ConsoleView }) {
  const { video, audio, late } = useSyncExternalStore(media.subscribe, media.get);
  const [sound, setSound] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const onBlocked = useCallback(() => undefined, []);
  return (
    <section className="on-air" aria-label={t("console.on_air")}>
      <div className="frame air">
        <div className="cells" data-layout={view.scene.layout}>
          {view.scene.cells.map((cell, index) => {
            const id = siteOf(cell.source);
            const site = id === undefined ? undefined : view.sites[id];
            const film = cell.source?.type === "clip";
            const away = site?.presence !== "connected";
            const shared = cell.source?.type !== "screen" || site?.screen;
            const running = film ? view.clip.state !== "stopped" : !away && shared;
            return (
              <div
                // biome-ignore lint/suspicious/noArrayIndexKey: cell i is slot i, whoever is in it
                key={index}
                className="cell"
                style={areaStyle(view.scene.layout, index)}
                data-cell={index}
                data-site={id ?? ""}
              >
                <Slot
                  stream={video[index]}
                  covered={!running || late.includes(index)}
                  cover={
                    running ? (
                      <PictureComing className="faint" />
                    ) : film ? (
                      <span className="faint">{t("console.clip_stopped")}</span>
                    ) : (
                      site && (
                        <span className="faint">
                          {t(away || shared ? presenceTexts[site.presence] : "console.screen_not_shared")}
                        </span>
                      )
                    )
                  }
                />
                {cell.source && <span className="plate">{nameOf(view, cell.source)}</span>}
              </div>
            );
          })}
        </div>
        <span className="tag air">{t("console.on_air")}</span>
        {view.state === "waiting" && (
          <div className="before">
            <p>
              {t("console.before", {
                time: clock(view.meeting.starts_at),
                present: present(view.sites),
                all: Object.keys(view.sites).length,
              })}
            </p>
            <ActionButton action={openSession} view={view} className="act large" />
          </div>
        )}
      </div>
      <Sound streams={audio} muted={!sound} onBlocked={onBlocked} attempt={attempt} />
      <div className="under">
        <Finder view={view} />
        <ActionButton action={undo} view={view} />
        <ActionButton action={closeMicrophones} view={view} />
        <button
          type="button"
          aria-pressed={sound}
          className={sound ? "" : "act"}
          onClick={() => {
            setSound(!sound);
            setAttempt(attempt + 1);
          }}
        >
          {t(sound ? "console.sound_off" : "console.sound_on")}
        </button>
      </div>
    </section>
  );
}

const clipTexts = { film: "console.clip", page: "console.page", bars: "console.bars" } as const;

/** "Sìn Hồ", "Màn hình – Sìn Hồ", "Phim". */
export function nameOf(view: ConsoleView, source: Source): string {
  if (source.type === "clip") return t(clipTexts[view.clip.kind]);
  const name = view.sites[source.site]?.name ?? "";
  return source.type === "screen" ? t("screen.of", { name }) : name;
}

export const presenceTexts = {
  absent: "presence.absent",
  connected: "presence.connected",
  lost: "presence.lost",
  left: "presence.left",
} as const;
