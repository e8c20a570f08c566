import { useState, useSyncExternalStore } from "react";
import { bitrate } from "../shared/format";
import { serverText, t } from "../shared/i18n";
import type { ConsoleView, OutputId, OutputView } from "../shared/protocol";
import { ActionButton } from "./ActionButton";
import { outputs } from "./actions/session";
import { fast, give } from "./desk";
import { outputWords } from "./outputWords";

const subscribe = (listener: () => void) => fast.subscribe("outputs", listener);

/** Hosts that the program is sent to: in the place of the run sheet, so that nothing of the stage is hidden. */
export function Outputs({ view }: { readonly view: ConsoleView }) {
  const rows = Object.entries(view.outputs);
  return (
    <section className="panel outputs" aria-label={t("outputs.title")}>
      <h2>
        {t("outputs.title")}
        <span className="space" />
        <ActionButton action={outputs} view={view} className="quiet">
          {t("hall.close")}
        </ActionButton>
      </h2>
      {rows.length === 0 && <p className="faint small">{t("outputs.none")}</p>}
      <ul>
        {rows.map(([id, output]) => (
          <Row key={id} id={id} output={output} view={view} />
        ))}
      </ul>
      {view.may.add_output && <AddForm />}
      {view.may.add_hls && (
        <button type="button" className="add-way" onClick={() => void give({ type: "add_hls" })}>
          {t("outputs.add_hls")}
        </button>
      )}
      {view.may.add_rtsp && (
        <button type="button" className="add-way" onClick={() => void give({ type: "add_rtsp" })}>
          {t("outputs.add_rtsp")}
        </button>
      )}
    </section>
  );
}

interface RowProps {
  readonly id: string;
  readonly output: OutputView;
  readonly view: ConsoleView;
}

function Row({ id, output, view }: RowProps) {
  const figures = useSyncExternalStore(subscribe, () => fast.outputs.get(id));
  const [asking, setAsking] = useState<"stop_output" | "remove_output">();
  const { tone, text, values, reason } = outputWords(output, figures, view.state);
  const rtsp = useSyncExternalStore(subscribe, () => (output.kind === "rtsp" ? fast.rtsp : undefined));
  const host = output.host.includes(":") ? `[${output.host}]` : output.host;
  const place =
    output.kind === "rtsp" || output.kind === "hls" ? t(`outputs.${output.kind}`) : `${host}:${output.port}`;
  const command = { output: Number(id) as OutputId };
  const ended = view.state === "ended";
  return (
    <li aria-label={place} data-output={id}>
      <div className="row">
        <span className={`dot ${tone}`} />
        <b className="where" title={place}>
          {place}
        </b>
        <span className="small soft">{output.kind.toUpperCase()}</span>
        <span className="space" />
        {figures !== undefined && figures.kbps > 0 && output.on && (
          <b className="nowrap">{bitrate(figures.kbps)}</b>
        )}
      </div>
      <p className={tone === "warn" ? "small warn" : "small soft"} role="status">
        {t(text, values)}
        {reason && ` ${serverText(reason)}`}
      </p>
      {rtsp && <code className="small address">{rtsp}</code>}
      {output.kind === "hls" && (
        <code className="small address">{`${location.origin}/meetings/${view.meeting.id}/live`}</code>
      )}
      {asking ? (
        <div className="row ask">
          <b>{t(asking === "stop_output" ? "outputs.stop_sure" : "outputs.remove_sure")}</b>
          <span className="space" />
          <button
            type="button"
            className="air"
            onClick={() => {
              setAsking(undefined);
              void give({ type: asking, ...command });
            }}
          >
            {t(asking === "stop_output" ? "outputs.stop" : "outputs.remove")}
          </button>
          <button type="button" onClick={() => setAsking(undefined)}>
            {t("console.no")}
          </button>
        </div>
      ) : (
        <div className="row">
          {output.on ? (
            <button type="button" onClick={() => setAsking("stop_output")}>
              {t("outputs.stop")}
            </button>
          ) : (
            <button
              type="button"
              disabled={ended}
              onClick={() => void give({ type: "start_output", ...command })}
            >
              {t("outputs.start")}
            </button>
          )}
          <button type="button" onClick={() => setAsking("remove_output")}>
            {t("outputs.remove")}
          </button>
        </div>
      )}
    </li>
  );
}

/** What is typed here is a key: it goes to the server and is not shown again. */
function AddForm() {
  const [url, setUrl] = useState("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void give({ type: "add_output", url: url.trim() }, "outputs.added").then(
          (taken) => taken && setUrl(""),
        );
      }}
    >
      <label htmlFor="output-url">{t("outputs.address")}</label>
      <div className="row">
        <input
          id="output-url"
          value={url}
          onChange={(event) => setUrl(event.target.value)}
          placeholder="rtmp://…"
          maxLength={1000}
          required
          autoComplete="off"
          spellCheck={false}
        />
        <button type="submit" className="act">
          {t("outputs.add")}
        </button>
      </div>
      <p className="small faint">{t("outputs.address_hint")}</p>
    </form>
  );
}
