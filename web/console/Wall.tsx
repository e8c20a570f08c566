import { memo, useCallback, useEffect, useRef, useSyncExternalStore } from "react";
import { duration, figure, percent } from "../shared/format";
import { t } from "../shared/i18n";
import { lineWords } from "../shared/lineWords";
import type { CameraState, ConsoleView, Line, SiteId, SiteView } from "../shared/protocol";
import { PictureComing } from "../shared/ui/PictureComing";
import { useNow } from "../shared/useNow";
import { changeDesk, connection, currentDesk, fast, give, putInNext, useDesk } from "./desk";
import { camera, chosenSite, dragged, holds, place, screen } from "./draft";
import { dragType } from "./Next";
import { presenceTexts } from "./OnAir";
import { Picture } from "./Picture";
import { ScreenSign } from "./ScreenSign";
import { type Order, orderSites, troubleRank } from "./trouble";

const orders: readonly Order[] = ["trouble", "number", "absent"];
const orderTexts = { trouble: "wall.trouble", number: "wall.number", absent: "wall.absent" } as const;
const now = () => connection.now();

/** Every invited hall. 9 or 115 alike: the tiles shrink, then the wall scrolls. */
export function Wall({ view }: { readonly view: ConsoleView }) {
  const desk = useDesk();
  const troubled = useSyncExternalStore(
    useCallback((listener: () => void) => {
      const leave = [fast.subscribe("lines", listener), fast.subscribe("cameras", listener)];
      return () => {
        for (const one of leave) one();
      };
    }, []),
    () => troubledSites(view),
  );
  const bad = new Set(troubled.split(" "));
  const sites = orderSites(view.sites, desk.order, (id, site) =>
    bad.has(id) ? troubleRank(site, fast.lines.get(id), fast.cameras.get(id)) : 0,
  );
  const chosen = chosenSite(desk.site, view);
  return (
    <section className="panel wall" aria-label={t("wall.title")}>
      <h2>
        {t("wall.title")}
        <span className="chips">
          {orders.map((order) => (
            <button
              key={order}
              type="button"
              className={desk.order === order ? "chip on" : "chip"}
              aria-pressed={desk.order === order}
              onClick={() => changeDesk({ order })}
            >
              {t(orderTexts[order])}
            </button>
          ))}
        </span>
        <span className="space" />
        <span className="faint">{t("wall.count", { count: sites.length })}</span>
      </h2>
      <div className="tiles" data-many={sites.length > 40 ? "crowd" : sites.length > 12 ? "many" : "few"}>
        {sites.map(([id, site]) => (
          <Tile
            key={id}
            id={id}
            site={site}
            next={holds(desk.draft, Number(id) as SiteId)}
            chosen={chosen === Number(id)}
            trouble={bad.has(id)}
          />
        ))}
      </div>
    </section>
  );
}

/** A text, so that it is the same value as long as the same halls are in trouble. */
function troubledSites(view: ConsoleView): string {
  return Object.entries(view.sites)
    .filter(([id, site]) => troubleRank(site, fast.lines.get(id), fast.cameras.get(id)) > 0)
    .map(([id]) => id)
    .join(" ");
}

interface TileProps {
  readonly id: string;
  readonly site: SiteView;
  readonly next: boolean;
  readonly chosen: boolean;
  readonly trouble: boolean;
}

const Tile = memo(function Tile({ id, site, next, chosen, trouble }: TileProps) {
  const number = Number(id) as SiteId;
  const classes = ["tile"];
  if (site.on_stage) classes.push("air");
  else if (next) classes.push("next");
  if (trouble) classes.push("warn");
  if (chosen) classes.push("chosen");
  if (site.presence === "absent" || site.presence === "left") classes.push("away");
  const click = () => {
    const { draft, cell } = currentDesk();
    if (cell !== undefined)
      changeDesk({ draft: place(draft, cell, camera(number)), cell: undefined, site: number, armed: false });
    else changeDesk({ site: number, armed: true });
  };
  return (
    <div
      className={classes.join(" ")}
      role="group"
      aria-label={site.name}
      data-tile={id}
      draggable
      onDragStart={(event) => event.dataTransfer.setData(dragType, dragged(camera(number)))}
    >
      <button
        type="button"
        className="tile-button"
        aria-label={site.name}
        aria-pressed={chosen}
        onClick={click}
      />
      <div className="tile-picture">
        {site.presence === "connected" && <PictureComing className="picture-words" />}
        <Picture site={id} />
        {site.presence !== "connected" && <Away id={id} site={site} />}
        {site.on_stage ? (
          <span className="tag air">{t("wall.air")}</span>
        ) : (
          next && <span className="tag next">{t("wall.next")}</span>
        )}
        {site.screen && (
          <button
            type="button"
            className="screen-chip"
            title={t("wall.screen_to_next")}
            aria-label={t("screen.of", { name: site.name })}
            draggable
            onDragStart={(event) => {
              event.stopPropagation();
              event.dataTransfer.setData(dragType, dragged(screen(number)));
            }}
            onClick={() => putInNext(screen(number), { site: number, armed: false })}
          >
            <ScreenSign /> {t("wall.screen")}
          </button>
        )}
        {site.hand !== undefined && (
          <span className="hand" role="img" aria-label={t("wall.hand")}>
            ✋
          </span>
        )}
      </div>
      <div className="foot">
        <div className="row">
          <span className="faint">{String(site.number).padStart(2, "0")}</span>
          <b className="tile-name" title={site.name}>
            {site.name}
          </b>
          <button
            type="button"
            className={site.microphone ? "mic open" : "mic"}
            aria-pressed={site.microphone}
            disabled={site.presence === "absent"}
            onClick={() =>
              void give({ type: site.microphone ? "close_microphone" : "open_microphone", site: number })
            }
          >
            {t(site.microphone ? "console.microphone_open" : "console.microphone_closed")}
          </button>
        </div>
        {site.presence === "connected" ? <Level site={id} /> : <div className="level" />}
        <Figures site={id} />
      </div>
    </div>
  );
});

function Away({ id, site }: { readonly id: string; readonly site: SiteView }) {
  const time = useNow(now);
  const camera = useCamera(id);
  return (
    <div className={site.presence === "lost" || camera ? "away-words warn" : "away-words"}>
      {t(presenceTexts[site.presence])}
      {camera && <span>{t("wall.camera_trouble")}</span>}
      {site.presence === "lost" && site.since !== undefined && <b>{duration(time - site.since)}</b>}
    </div>
  );
}

/** Written straight to the element: five times a second for each hall. */
function Level({ site }: { readonly site: string }) {
  const bar = useRef<HTMLDivElement>(null);
  useEffect(
    () =>
      fast.subscribe("levels", () =>
        bar.current?.style.setProperty("--level", `${fast.levels.get(site) ?? 0}%`),
      ),
    [site],
  );
  return <div className="level" ref={bar} />;
}

export function useLine(site: string): Line | undefined {
  return useSyncExternalStore(
    useCallback((listener: () => void) => fast.subscribe("lines", listener), []),
    () => fast.lines.get(site),
  );
}

export function useCamera(site: string): CameraState | undefined {
  return useSyncExternalStore(
    useCallback((listener: () => void) => fast.subscribe("cameras", listener), []),
    () => fast.cameras.get(site),
  );
}

function Figures({ site }: { readonly site: string }) {
  const line = useLine(site);
  if (!line) return <div className="small faint">—</div>;
  const { grade } = lineWords(line);
  const loss = Math.max(line.up_loss_permille, line.down_loss_permille);
  const rate = line.up_kbps < 1000 ? `${line.up_kbps}k` : `${figure(line.up_kbps / 1000, 1)}M`;
  return (
    <div className={grade === "good" ? "small soft figures" : "small warn figures"}>
      {grade !== "good" && <span className={`dot ${grade}`} />}
      {rate} · {percent(loss)}
      {line.rtt_ms !== undefined && ` · ${line.rtt_ms} ms`}
      {line.program && ` · ${t("wall.program")}`}
      {line.freezes_per_minute > 0 && ` · ${t("wall.freezes", { count: line.freezes_per_minute })}`}
    </div>
  );
}
