import { Button, FileButton, Progress } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { api } from "../shared/api";
import { bytes } from "../shared/format";
import { t } from "../shared/i18n";
import type { Document, DocumentUse, MeetingDetail } from "../shared/protocol";
import { PaperDrawer } from "./PaperDrawer";

interface Upload {
  readonly key: number;
  readonly name: string;
  readonly size: number;
  readonly sent: number;
  readonly failed?: string;
}

interface PapersProps {
  readonly detail: MeetingDetail;
  readonly mayEdit: boolean;
  readonly limit: number;
}

let nextKey = 1;

const documentUse = (file: File): DocumentUse => (file.type.startsWith("video/") ? "clip" : "paper");

/** The meeting's documents. A file dropped anywhere on the page is added. */
export function Papers({ detail, mayEdit, limit }: PapersProps) {
  const id = detail.meeting.id;
  const client = useQueryClient();
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  const [parameters, setParameters] = useSearchParams();
  const opened = detail.documents.find((document) => String(document.id) === parameters.get("document"));

  const add = useCallback(
    async (file: File) => {
      const key = nextKey++;
      const change = (part: Partial<Upload>) =>
        setUploads((now) => now.map((one) => (one.key === key ? { ...one, ...part } : one)));
      setUploads((now) => [...now, { key, name: file.name, size: file.size, sent: 0 }]);
      if (file.size > limit) {
        change({ failed: t("document.too_large") });
        return;
      }
      try {
        await api.addDocument(id, documentUse(file), file, (sent) => change({ sent }));
        setUploads((now) => now.filter((one) => one.key !== key));
        await client.invalidateQueries({ queryKey: ["meeting", id] });
      } catch (error) {
        change({ failed: error instanceof Error ? error.message : String(error) });
      }
    },
    [client, id, limit],
  );
  const dropping = useDrop(mayEdit, add);

  return (
    <section className="panel">
      <h2>
        {t("hall.documents")} <span className="soft">{detail.documents.length}</span>
        <span className="space" />
        {mayEdit && (
          <FileButton multiple onChange={(files) => files.forEach((file) => void add(file))}>
            {(props) => (
              <Button {...props} variant="default" size="compact-sm">
                {t("papers.add")}
              </Button>
            )}
          </FileButton>
        )}
      </h2>
      {detail.documents.length === 0 && uploads.length === 0 && (
        <p className="soft drop-here">{t(mayEdit ? "papers.drop" : "hall.no_documents")}</p>
      )}
      <ul className="papers">
        {detail.documents.map((document) => (
          <li key={document.id}>
            <button type="button" onClick={() => setParameters({ document: String(document.id) })}>
              <b>
                {document.use === "clip" && "▶ "}
                {document.form.title}
              </b>
              <span className="soft small">{describe(document)}</span>
              {document.form.urgency !== "normal" && (
                <span className="mark urgent">{t(`urgency.${document.form.urgency}`)}</span>
              )}
            </button>
          </li>
        ))}
        {uploads.map((upload) => (
          <li key={upload.key} className="upload">
            <b>{upload.name}</b>
            {upload.failed ? (
              <span className="row">
                <span className="warn" role="alert">
                  ◆ {upload.failed}
                </span>
                <span className="space" />
                <Button
                  variant="subtle"
                  size="compact-sm"
                  onClick={() => setUploads((now) => now.filter((one) => one.key !== upload.key))}
                >
                  {t("hall.close")}
                </Button>
              </span>
            ) : (
              <>
                <Progress
                  value={upload.size > 0 ? (upload.sent / upload.size) * 100 : 100}
                  aria-label={t("papers.progress")}
                  transitionDuration={100}
                />
                <span className="soft small">
                  {bytes(upload.sent)} / {bytes(upload.size)}
                </span>
              </>
            )}
          </li>
        ))}
      </ul>
      {dropping && <div className="dropping">{t("papers.drop_now")}</div>}
      <PaperDrawer key={opened?.id} document={opened} mayEdit={mayEdit} onClose={() => setParameters({})} />
    </section>
  );
}

function describe({ form, size }: Document): string {
  const code = form.code_number ? `${form.code_number}/${form.code_notation}` : form.code_notation;
  return [code, form.issuer, form.subject, bytes(size)].filter(Boolean).join(" · ");
}

/** True while a file hangs over the page. */
function useDrop(allowed: boolean, onFile: (file: File) => Promise<void>): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    if (!allowed) return;
    let depth = 0; // enter and leave come for every element that is crossed
    const withFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;
    const enter = (event: DragEvent) => {
      if (!withFiles(event)) return;
      depth++;
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (withFiles(event) && --depth <= 0) setOver(false);
    };
    const hover = (event: DragEvent) => {
      if (withFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      if (!withFiles(event)) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      for (const file of event.dataTransfer?.files ?? []) void onFile(file);
    };
    addEventListener("dragenter", enter);
    addEventListener("dragleave", leave);
    addEventListener("dragover", hover);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragenter", enter);
      removeEventListener("dragleave", leave);
      removeEventListener("dragover", hover);
      removeEventListener("drop", drop);
    };
  }, [allowed, onFile]);
  return over;
}
