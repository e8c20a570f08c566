import { bitrate, percent } from "../shared/format";
import { t } from "../shared/i18n";
import { lineWords } from "../shared/lineWords";
import type { ConsoleView, Feed, Line, SiteId, SiteView } from "../shared/protocol";
import { floorFor } from "./actions/floor";
import { currentDesk, give, putInNext, putOnAir, useDesk } from "./desk";
import { camera, chosenSite, screen } from "./draft";
import { presenceTexts } from "./OnAir";
import { useCamera, useLine } from "./Wall";

/** The hall chosen on the wall: its figures, and what can be done with it. */
export function SitePanel({ view }: { readonly view: ConsoleView }) {
  const id = chosenSite(useDesk().site, view);
  const site = id === undefined ? undefined : view.sites[id];
  return (
    <section className="panel site-panel" aria-label={t("site.title")}>
      {id === undefined || !site ? (
        <>
          <h2>{t("site.title")}</h2>
          <p className="soft">{t("site.none")}</p>
        </>
      ) : (
        <Chosen id={id} site={site} open={view.state === "open"} />
      )}
    </section>
  );
}

interface ChosenProps {
  readonly id: SiteId;
  readonly site: SiteView;
  readonly open: boolean;
}

function Chosen({ id, site, open }: ChosenProps) {
  const line = useLine(String(id));
  const words = line && lineWords(line);
  return (
    <>
      <h2>
        {t("site.heading", { number: String(site.number).padStart(2, "0") })} ·{" "}
        <b className="ink">{site.name}</b>
        <span className="space" />
        {site.presence !== "connected" ? (
          <span className="row">
            <span className="dot off" /> {t(presenceTexts[site.presence])}
          </span>
        ) : (
          words && (
            <span className={words.grade === "good" ? "row" : "row warn"}>
              <span className={`dot ${words.grade}`} /> {t(words.text)}
            </span>
          )
        )}
      </h2>
      <div className="site-grid">
        {line ? <LineList line={line} /> : <p className="soft small">{t("site.no_figures")}</p>}
        <div className="site-doing">
          <button type="button" onClick={() => putInNext(camera(id), { armed: false })}>
            {t("site.to_next")}
          </button>
          <button type="button" disabled={!open} onClick={() => putOnAir(camera(id))}>
            {t("site.full")}
          </button>
          <button
            type="button"
            disabled={!open || site.presence === "absent"}
            onClick={() =>
              void give({ type: site.microphone ? "close_microphone" : "open_microphone", site: id })
            }
          >
            {t(site.microphone ? "site.close_microphone" : "site.open_microphone")}
          </button>
          <button type="button" disabled={!open} onClick={() => void give(floorFor(id, currentDesk()))}>
            {t("site.give_floor")}
          </button>
          {site.hand !== undefined && (
            <button type="button" onClick={() => void give({ type: "lower_hand", site: id })}>
              {t("site.lower_hand")}
            </button>
          )}
          {site.screen && (
            <>
              <button type="button" onClick={() => putInNext(screen(id), { armed: false })}>
                {t("site.screen_to_next")}
              </button>
              <button type="button" disabled={!open} onClick={() => putOnAir(screen(id))}>
                {t("site.screen_full")}
              </button>
              <button
                type="button"
                disabled={!open}
                onClick={() => void give({ type: "stop_sharing", site: id })}
              >
                {t("site.screen_stop")}
              </button>
            </>
          )}
        </div>
      </div>
      <FeedChoice site={id} chosen={site.feed} open={open} />
      {words && words.grade !== "good" && <p className="small warn todo">{t(words.todo)}</p>}
      {site.camera && <CameraLine id={id} site={site} />}
      <p className="small soft contact">{t("site.contact", { contact: site.contact || "—" })}</p>
    </>
  );
}

const cameraTexts = {
  unreachable: "site.camera.unreachable",
  refused: "site.camera.refused",
  no_picture: "site.camera.no_picture",
  lost: "site.camera.lost",
} as const;

/** A hall without a PC: where its camera is, and what is wrong with it. */
function CameraLine({ id, site }: { readonly id: SiteId; readonly site: SiteView }) {
  const state = useCamera(String(id));
  return (
    <p className={state ? "small warn todo" : "small soft"} role={state ? "alert" : undefined}>
      {t("site.camera", { place: site.camera })}
      {state && ` ${t(cameraTexts[state.trouble])}`}
      {state && state.retry_seconds > 0 && ` ${t("site.camera.retry", { seconds: state.retry_seconds })}`}
    </p>
  );
}

const feeds: readonly Feed[] = ["by_line", "program", "stage", "echo"];
const feedTexts = {
  by_line: "site.feed.by_line",
  program: "site.feed.program",
  stage: "site.feed.stage",
  echo: "site.feed.echo",
} as const;

/** A hall on a poor line gets the stage as one small picture. */
function FeedChoice({
  site,
  chosen,
  open,
}: {
  readonly site: SiteId;
  readonly chosen: Feed;
  readonly open: boolean;
}) {
  return (
    <p className="chips feed">
      <span className="small soft">{t("site.feed")}</span>
      {feeds.map((feed) => (
        <button
          key={feed}
          type="button"
          className={feed === chosen ? "chip on" : "chip"}
          aria-pressed={feed === chosen}
          disabled={!open}
          onClick={() => void give({ type: "set_feed", site, feed })}
        >
          {t(feedTexts[feed])}
        </button>
      ))}
    </p>
  );
}

function LineList({ line }: { readonly line: Line }) {
  const loss = (permille: number) => <span className={permille > 20 ? "warn" : ""}>{percent(permille)}</span>;
  return (
    <dl>
      <dt>{t("site.up")}</dt>
      <dd>{flow(line.up_kbps, line.up_height)}</dd>
      <dt>{t("site.down")}</dt>
      <dd>{flow(line.down_kbps, line.down_height)}</dd>
      <dt>{t("site.loss_up")}</dt>
      <dd>{loss(line.up_loss_permille)}</dd>
      <dt>{t("site.loss_down")}</dt>
      <dd>{loss(line.down_loss_permille)}</dd>
      <dt>{t("site.rtt")}</dt>
      <dd>{line.rtt_ms === undefined ? "—" : `${line.rtt_ms} ms`}</dd>
      <dt>{t("site.jitter")}</dt>
      <dd>{line.jitter_ms} ms</dd>
      <dt>{t("site.freezes")}</dt>
      <dd className={line.freezes_per_minute > 1 ? "warn" : ""}>
        {t("site.per_minute", { count: line.freezes_per_minute })}
      </dd>
      <dt>{t("site.way")}</dt>
      <dd>{line.tcp ? "TCP" : "UDP"}</dd>
      {line.program && (
        <>
          <dt>{t("site.gets")}</dt>
          <dd>{t("site.feed.program")}</dd>
        </>
      )}
    </dl>
  );
}

/** "1,1 Mbit/s · 720p" */
function flow(kbps: number, height: number | undefined): string {
  return height === undefined ? bitrate(kbps) : `${bitrate(kbps)} · ${height}p`;
}
