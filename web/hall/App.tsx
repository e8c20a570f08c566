import { useEffect, useState, useSyncExternalStore } from "react";
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

  const title = view && `${view.number} · ${view.name} · ${view.meeting.title}`;
  useEffect(() => {
    if (title) document.title = title;
  }, [title]);

  if (status.kind === "closed") return <Broken textKey={status.textKey} detail={status.detail} />;
  if (view?.state === "ended")
    return (
      <Message
        title="hall.ended.title"
        text="hall.ended.text"
        name={`${String(view.number).padStart(2, "0")} · ${view.name}`}
      />
    );
  if (view && phase !== "off") return <InSession view={view} status={status} />;
  if (!checked) return <Check view={view} status={status} onDone={() => setChecked(true)} />;
  return <Waiting view={view} status={status} onBack={() => setChecked(false)} onJoin={join} />;
}
