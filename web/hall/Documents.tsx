import { useState } from "react";
import { bytes } from "../shared/format";
import { t } from "../shared/i18n";
import type { DocumentLine } from "../shared/protocol";
import { documentUrl } from "./desk";

/** The meeting's papers as large rows; one that the browser can show opens over the page, any other is fetched as a file. */
export function Documents({ documents }: { readonly documents: readonly DocumentLine[] }) {
  const [opened, setOpened] = useState<DocumentLine>();
  if (documents.length === 0) return <p className="soft">{t("hall.no_documents")}</p>;
  return (
    <>
      <ol className="papers">
        {documents.map((document) => (
          <li key={document.id}>
            {readable(document.media_type) ? (
              <button type="button" className="paper" onClick={() => setOpened(document)}>
                <Paper document={document} />
              </button>
            ) : (
              <a className="paper" href={documentUrl(document.id)} download>
                <Paper document={document} />
              </a>
            )}
          </li>
        ))}
      </ol>
      {opened && (
        <div className="reader" role="dialog" aria-modal="true" aria-label={opened.title}>
          <header>
            <b>{opened.title}</b>
            <button type="button" className="big" onClick={() => setOpened(undefined)}>
              {t("hall.close")}
            </button>
          </header>
          <iframe src={documentUrl(opened.id)} title={opened.title} />
        </div>
      )}
    </>
  );
}

function Paper({ document }: { readonly document: DocumentLine }) {
  return (
    <>
      <b>{document.title}</b>
      <span className="soft">{[document.code, bytes(document.size)].filter(Boolean).join(" · ")}</span>
    </>
  );
}

function readable(mediaType: string): boolean {
  return mediaType === "application/pdf" || mediaType === "text/plain" || mediaType.startsWith("image/");
}
