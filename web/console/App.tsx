import { useSyncExternalStore } from "react";
import { serverText, t } from "../shared/i18n";
import { useTitle } from "../shared/useTitle";
import { connection, useDesk } from "./desk";
import { Ended } from "./Ended";
import { Floor } from "./Floor";
import { Header } from "./Header";
import { Help } from "./Help";
import { Next } from "./Next";
import { OnAir } from "./OnAir";
import { Outputs } from "./Outputs";
import { RunSheet } from "./RunSheet";
import { SitePanel } from "./SitePanel";
import { Wall } from "./Wall";

/** One screen: what the halls see, what they will see, who speaks, what comes, and how every hall is. */
export function App() {
  const status = useSyncExternalStore(connection.subscribeStatus, connection.status);
  const view = useSyncExternalStore(connection.store.subscribe, connection.store.get);
  const desk = useDesk();
  const refusal = status.kind === "closed" ? serverText(status.textKey, status.detail) : undefined;
  useTitle(refusal ?? (view && `${view.meeting.title} · ${t("console.title")}`));

  if (refusal !== undefined)
    return (
      <main className="alone">
        <h1>{refusal}</h1>
        <a className="button act" href="/">
          {t("console.to_office")}
        </a>
      </main>
    );
  if (!view)
    return (
      <main className="alone" aria-busy="true">
        <h1>{t("hall.connecting")}</h1>
      </main>
    );
  return (
    <>
      <Header view={view} status={status} />
      {view.state === "ended" ? (
        <Ended view={view} />
      ) : (
        <main>
          <OnAir view={view} />
          <Next view={view} />
          <Floor view={view} />
          {desk.outputs ? <Outputs view={view} /> : <RunSheet view={view} />}
          <Wall view={view} />
          <SitePanel view={view} />
        </main>
      )}
      {desk.help && <Help />}
      <div className="notices" aria-live="polite">
        {desk.notice && (
          <p className={desk.notice.bad ? "notice bad" : "notice"}>
            {desk.notice.bad && <span className="dot warn" />} {desk.notice.text}
          </p>
        )}
      </div>
    </>
  );
}
