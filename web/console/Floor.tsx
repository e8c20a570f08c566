import { useRef } from "react";
import { duration } from "../shared/format";
import { t } from "../shared/i18n";
import type { ConsoleView, Speaker } from "../shared/protocol";
import { useNow } from "../shared/useNow";
import { ActionButton } from "./ActionButton";
import { floorFor, giveFloorToNext, moreTime, takeFloor } from "./actions/floor";
import { changeDesk, connection, currentDesk, give, useDesk } from "./desk";

const now = () => connection.now();
const choices = [0, 3, 5, 7, 10, 15] as const;

/** Who speaks and for how long, and who waits, in order. */
export function Floor({ view }: { readonly view: ConsoleView }) {
  const time = useNow(now);
  const { speakingMinutes } = useDesk();
  return (
    <section className="panel floor" aria-label={t("console.floor")}>
      <h2>
        {t("console.floor")}
        <span className="space" />
        <select
          aria-label={t("console.speaking_time")}
          value={speakingMinutes}
          onChange={(event) => changeDesk({ speakingMinutes: Number(event.target.value) })}
        >
          {choices.map((minutes) => (
            <option key={minutes} value={minutes}>
              {minutes === 0 ? t("console.no_limit") : t("console.minutes", { minutes })}
            </option>
          ))}
        </select>
      </h2>
      {view.speaker ? (
        <Speaking view={view} speaker={view.speaker} time={time} />
      ) : (
        <p className="soft quiet-line">{t("console.nobody_speaks")}</p>
      )}
      <ol className="queue">
        {view.waiting.map((id, index) => {
          const site = view.sites[id];
          if (!site) return null;
          return (
            <li key={id}>
              <b className="soft">{index + 1}</b>
              <span>
                <b>{site.name}</b>
                <span className="small soft block">
                  {t("console.waits", { time: duration(time - (site.hand ?? time)) })}
                  {site.presence !== "connected" && <span className="warn"> · {t("presence.lost")}</span>}
                </span>
              </span>
              {index === 0 ? (
                <ActionButton action={giveFloorToNext} view={view} className="act">
                  {t("console.invite")}
                </ActionButton>
              ) : (
                <button type="button" onClick={() => void give(floorFor(id, currentDesk()))}>
                  {t("console.invite")}
                </button>
              )}
            </li>
          );
        })}
      </ol>
      {view.waiting.length === 0 && <p className="small faint quiet-line">{t("console.nobody_waits")}</p>}
    </section>
  );
}

function Speaking({
  view,
  speaker,
  time,
}: {
  readonly view: ConsoleView;
  readonly speaker: Speaker;
  readonly time: number;
}) {
  const bar = useRef<HTMLDivElement>(null);
  const spent = time - speaker.since;
  const whole = speaker.until === undefined ? undefined : speaker.until - speaker.since;
  bar.current?.style.setProperty("--spent", `${whole ? Math.min(100, (spent / whole) * 100) : 100}%`);
  const site = view.sites[speaker.site];
  const over = whole !== undefined && spent > whole;
  return (
    <div className="speaking">
      <div className="row">
        <span className="dot air" />
        <b>{site?.name}</b>
        <span className="space" />
        <span className={site?.microphone ? "mic open" : "mic"}>
          {t(site?.microphone ? "console.microphone_open" : "console.microphone_closed")}
        </span>
      </div>
      <div className="row small">
        <b className={over ? "warn" : ""}>{duration(spent)}</b>
        <div className="bar" ref={bar} />
        {whole !== undefined && <span className="soft">{duration(whole)}</span>}
      </div>
      <div className="row small">
        <ActionButton action={moreTime} view={view} />
        <ActionButton action={takeFloor} view={view} />
      </div>
    </div>
  );
}
