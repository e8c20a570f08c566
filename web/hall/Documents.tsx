import { type ComponentType, useState, useSyncExternalStore } from "react";
import { bytes } from "../shared/format";
import { t } from "../shared/i18n";
import type { DocumentLine } from "../shared/protocol";
import { documentUrl } from "./desk";
import { keptPapers } from "./papers";

interface ReaderProps {
  readonly document: DocumentLine;
  readonly onClose: () => void;
}

/** Loaded with the first paper that is opened, or ahead of it in the waiting room: it is five times the page. */
export const loadReader = () => import("./Reader");

/** The meeting's papers as large rows; one that can be read here opens over the page, any other is fetched as a file. */
export function Documents({ documents }: { readonly documents: readonly DocumentLine[] }) {
  const kept = useSyncExternalStore(keptPapers.subscribe, keptPapers.get);
  const [opened, setOpened] = useState<DocumentLine>();
  const [Reader, setReader] = useState<ComponentType<ReaderProps>>();
  const [failed, setFailed] = useState(false);
  if (documents.length === 0) return <p className="soft">{t("hall.no_documents")}</p>;
  const open = (document: DocumentLine) => {
    setOpened(document);
    setFailed(false);
    loadReader().then(
      (part) => setReader(() => part.Reader),
      () => setFailed(true),
    );
  };
  return (
    <>
      {failed && (
        <p className="refusal" role="alert">
          <span className="dot warn" /> {t("reader.failed")}
        </p>
      )}
      <ol className="papers">
        {documents.map((document) => (
          <li key={document.id}>
            {readable(document.media_type) ? (
              <button type="button" className="paper" onClick={() => open(document)}>
                <Paper document={document} kept={keptPapers.has(kept, document)} />
              </button>
            ) : (
              <a className="paper" href={documentUrl(document.id)} download>
                <Paper document={document} kept={false} />
              </a>
            )}
          </li>
        ))}
      </ol>
      {opened && Reader && <Reader document={opened} onClose={() => setOpened(undefined)} />}
    </>
  );
}

function Paper({ document, kept }: { readonly document: DocumentLine; readonly kept: boolean }) {
  return (
    <>
      <b>{document.title}</b>
      <span className="soft">
        {[document.code, bytes(document.size), kept && t("hall.document_kept")].filter(Boolean).join(" · ")}
      </span>
    </>
  );
}

export function readable(mediaType: string): boolean {
  return mediaType === "application/pdf" || mediaType === "text/plain" || mediaType.startsWith("image/");
}
