import { useCallback, useState, useSyncExternalStore } from "react";
import { clock } from "../shared/format";
import { t } from "../shared/i18n";
import type { ConsoleView } from "../shared/protocol";
import { areaStyle } from "../shared/ui/areas";
import { Slot } from "../shared/ui/Slot";
import { Sound } from "../shared/ui/Sound";
import { ActionButton } from "./ActionButton";
import { closeMicrophones, openSession } from "./actions/session";
import { undo } from "./actions/stage";
import { media } from "./desk";
import { Finder } from "./Finder";
import { present } from "./trouble";

/** Exactly what the halls see, by the same slots. */
export function OnAir({ view }: { readonly view: ConsoleView }) {
  const { video, audio } = useSyncExternalStore(media.subscribe, media.get);
  const [sound, setSound] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const onBlocked = useCallback(() => undefined, []);
  return (
    <section className="on-air" aria-label={t("console.on_air")}>
      <div className="frame air">
        <div className="cells" data-layout={view.scene.layout}>
          {view.scene.cells.map((cell, index) => {
            const site = cell.source?.type === "camera" ? view.sites[cell.source.site] : undefined;
            const film = cell.source?.type === "clip";
            const running = film ? view.clip.state !== "stopped" : site?.presence === "connected";
            return (
              <div
                // biome-ignore lint/suspicious/noArrayIndexKey: cell i is slot i, whoever is in it
                key={index}
                className="cell"
                style={areaStyle(view.scene.layout, index)}
                data-cell={index}
                data-site={cell.source?.type === "camera" ? cell.source.site : ""}
              >
                <Slot
                  stream={video[index]}
                  covered={!running}
                  cover={
                    film ? (
                      <span className="faint">{t("console.clip_stopped")}</span>
                    ) : (
                      site && <span className="faint">{t(presenceTexts[site.presence])}</span>
                    )
                  }
                />
                {(site || film) && <span className="plate">{site ? site.name : t("console.clip")}</span>}
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

export const presenceTexts = {
  absent: "presence.absent",
  connected: "presence.connected",
  lost: "presence.lost",
  left: "presence.left",
} as const;
