import { Button } from "@mantine/core";
import { useState } from "react";
import { bytes } from "../shared/format";
import { t } from "../shared/i18n";
import type { Recording } from "../shared/protocol";

/** Browsers that let a page write a file (Chromium). */
interface FilePicking {
  readonly showSaveFilePicker?: (options: {
    readonly suggestedName: string;
  }) => Promise<{ createWritable(): Promise<WritableStream<Uint8Array>> }>;
}

type State =
  | { readonly kind: "idle" | "done" | "failed" }
  | { readonly kind: "running"; readonly done: number };

/** Films are gigabytes: the bytes go to the disk as they come, and how far they are is shown. */
export function DownloadFilm({ recording }: { readonly recording: Recording }) {
  const [state, setState] = useState<State>({ kind: "idle" });
  const file = `/api/recordings/${recording.id}/file`;
  const pick = (window as FilePicking).showSaveFilePicker?.bind(window);
  if (!pick)
    // The browser's own download shows its progress itself.
    return (
      <Button component="a" href={`${file}?download`} download={recording.file}>
        {t("film.download")}
      </Button>
    );
  const run = async () => {
    const chosen = await pick({ suggestedName: recording.file }).catch(() => undefined);
    if (!chosen) return; // closed without choosing
    setState({ kind: "running", done: 0 });
    try {
      const answer = await fetch(file, { credentials: "same-origin" });
      if (!answer.ok || !answer.body) throw new Error(String(answer.status));
      let done = 0;
      const counted = new TransformStream<Uint8Array, Uint8Array>({
        transform(part, to) {
          done += part.byteLength;
          setState({ kind: "running", done });
          to.enqueue(part);
        },
      });
      await answer.body.pipeThrough(counted).pipeTo(await chosen.createWritable());
      setState({ kind: "done" });
    } catch {
      setState({ kind: "failed" });
    }
  };
  return (
    <>
      {state.kind === "running" && (
        <span className="row nowrap" role="status">
          <progress value={state.done} max={recording.size} />
          {t("film.downloading", { done: bytes(state.done), all: bytes(recording.size) })}
        </span>
      )}
      {state.kind === "done" && <span role="status">{t("film.downloaded")}</span>}
      {state.kind === "failed" && (
        <span className="warn" role="alert">
          {t("film.download_failed")}
        </span>
      )}
      <Button disabled={state.kind === "running"} onClick={() => void run()}>
        {t("film.download")}
      </Button>
    </>
  );
}
