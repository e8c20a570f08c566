import { type ReactNode, useState, useSyncExternalStore } from "react";
import type { HallView } from "../shared/protocol";
import { useTitle } from "../shared/useTitle";
import { Broken } from "./Broken";
import { Check } from "./Check";
import { connection, join, media, memory } from "./desk";
import { InSession } from "./InSession";
import { Message } from "./Message";
import { Waiting } from "./Waiting";

/** Which of the hall's three states is on. */
export function App() {
  const status = useSyncExternalStore(connection.subscribeStatus, connection.status);
  const view = useSyncExternalStore(connection.store.subscribe, connection.store.get);
  const { phase } = useSyncExternalStore(media.subscribe, media.get);
  const [checked, setChecked] = useState(memory.joined);

  if (status.kind === "closed") return <Broken textKey={status.textKey} detail={status.detail} />;
  if (view?.state === "ended")
    return (
      <Message
        title="hall.ended.title"
        text="hall.ended.text"
        name={`${String(view.number).padStart(2, "0")} · ${view.name}`}
      />
    );
  if (view && phase !== "off")
    return (
      <Titled view={view}>
        <InSession view={view} status={status} />
      </Titled>
    );
  return (
    <Titled view={view}>
      {checked ? (
        <Waiting view={view} status={status} onBack={() => setChecked(false)} onJoin={join} />
      ) : (
        <Check view={view} status={status} onDone={() => setChecked(true)} />
      )}
    </Titled>
  );
}

/** The hall's own name on the tab; a screen that says what is wrong puts its own there. */
function Titled({ view, children }: { readonly view: HallView | undefined; readonly children: ReactNode }) {
  useTitle(view && `${view.number} · ${view.name} · ${view.meeting.title}`);
  return children;
}
