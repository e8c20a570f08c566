import { clock, duration } from "../shared/format";
import { t } from "../shared/i18n";
import type { ConsoleView } from "../shared/protocol";
import { meetingId } from "./desk";

/** What it was, in figures, and the way back to the meeting with its recording. */
export function Ended({ view }: { readonly view: ConsoleView }) {
  const sites = Object.values(view.sites);
  const came = sites.filter((site) => site.presence !== "absent").length;
  const treated = view.agenda.filter((line) => line.begun_at !== undefined).length;
  return (
    <main className="ended">
      <h1>{t("ended.title")}</h1>
      <p className="soft">{view.meeting.title}</p>
      <dl>
        <div>
          <dt>{t("ended.time")}</dt>
          <dd>
            {view.opened_at === undefined ? "—" : clock(view.opened_at)} –{" "}
            {view.ended_at === undefined ? "—" : clock(view.ended_at)}
          </dd>
        </div>
        <div>
          <dt>{t("ended.length")}</dt>
          <dd>{duration((view.ended_at ?? 0) - (view.opened_at ?? 0))}</dd>
        </div>
        <div>
          <dt>{t("ended.sites")}</dt>
          <dd>
            {came}/{sites.length}
          </dd>
        </div>
        <div>
          <dt>{t("ended.items")}</dt>
          <dd>
            {treated}/{view.agenda.length}
          </dd>
        </div>
      </dl>
      <a className="button act" href={`/meetings/${meetingId}`}>
        {t("ended.back")}
      </a>
    </main>
  );
}
