import { type RefObject, useEffect, useRef, useState } from "react";
import { t } from "../shared/i18n";
import type { DocumentLine } from "../shared/protocol";
import { fetchPaper } from "./papers";
import { drawPage, type OpenedPdf, openPdf } from "./pdf";

export { startPdf } from "./pdf";

interface ReaderProps {
  readonly document: DocumentLine;
  readonly onClose: () => void;
}

type Content =
  | { readonly kind: "fetching" | "failed" }
  | { readonly kind: "pdf"; readonly pdf: OpenedPdf }
  | { readonly kind: "image"; readonly url: string }
  | { readonly kind: "text"; readonly text: string };

/** One paper over the whole page. A PDF is drawn here, page by page: a turn of the page needs nothing of the line. */
export function Reader({ document, onClose }: ReaderProps) {
  const [content, setContent] = useState<Content>({ kind: "fetching" });
  const [attempt, setAttempt] = useState(0);
  const [page, setPage] = useState(1);
  const [wide, setWide] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const pages = content.kind === "pdf" ? content.pdf.document.numPages : 1;
  const turn = (to: number) => setPage(Math.min(pages, Math.max(1, to)));

  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close(); // which gives the focus back to the paper's row
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt means: fetch again
  useEffect(() => {
    const gone = new AbortController();
    let opened: Content | undefined;
    setContent({ kind: "fetching" });
    open(document, gone.signal).then(
      (content) => {
        opened = content;
        if (gone.signal.aborted) release(content);
        else setContent(content);
      },
      () => !gone.signal.aborted && setContent({ kind: "failed" }),
    );
    return () => {
      gone.abort();
      if (opened) release(opened);
    };
  }, [document, attempt]);

  return (
    <dialog
      ref={dialog}
      className="reader"
      aria-label={document.title}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={(event) => {
        const to = wide && scrolls.includes(event.key) ? undefined : keyTurns[event.key];
        if (content.kind !== "pdf" || to === undefined) return;
        event.preventDefault();
        turn(to(page, pages));
      }}
    >
      <header>
        <b className="reader-title">{document.title}</b>
        {content.kind === "pdf" && (
          <nav className="buttons" aria-label={t("reader.pages")}>
            <button type="button" className="big" disabled={page === 1} onClick={() => turn(page - 1)}>
              {t("reader.previous")}
            </button>
            <span className="page-number" role="status">
              {t("reader.page", { page, pages })}
            </span>
            <button type="button" className="big" disabled={page === pages} onClick={() => turn(page + 1)}>
              {t("reader.next")}
            </button>
            <button type="button" className="big" onClick={() => setWide(!wide)}>
              {t(wide ? "reader.whole" : "reader.wide")}
            </button>
          </nav>
        )}
        <button type="button" className="big" onClick={onClose}>
          {t("hall.close")}
        </button>
      </header>
      <div className="reader-body">
        {content.kind === "pdf" && (
          <PdfPage pdf={content.pdf} page={page} wide={wide} label={t("reader.page", { page, pages })} />
        )}
        {content.kind === "image" && <img src={content.url} alt={document.title} />}
        {content.kind === "text" && <pre>{content.text}</pre>}
        {content.kind === "fetching" && <p role="status">{t("reader.fetching")}</p>}
        {content.kind === "failed" && (
          <div className="reader-failed" role="alert">
            <p>{t("reader.failed")}</p>
            <button type="button" className="big act" onClick={() => setAttempt(attempt + 1)}>
              {t("check.ask_again")}
            </button>
          </div>
        )}
      </div>
    </dialog>
  );
}

/** In a page that is higher than the screen these move within it. */
const scrolls = ["ArrowDown", "ArrowUp", "PageDown", "PageUp"];

/** Also what a presenter's remote sends. */
const keyTurns: Readonly<Record<string, (page: number, pages: number) => number>> = {
  ArrowRight: (page) => page + 1,
  ArrowDown: (page) => page + 1,
  PageDown: (page) => page + 1,
  ArrowLeft: (page) => page - 1,
  ArrowUp: (page) => page - 1,
  PageUp: (page) => page - 1,
  Home: () => 1,
  End: (_, pages) => pages,
};

async function open(document: DocumentLine, signal: AbortSignal): Promise<Content> {
  const bytes = await fetchPaper(document, signal);
  if (document.media_type === "application/pdf") return { kind: "pdf", pdf: await openPdf(bytes) };
  if (document.media_type.startsWith("image/")) return { kind: "image", url: URL.createObjectURL(bytes) };
  return { kind: "text", text: await bytes.text() };
}

function release(content: Content): void {
  if (content.kind === "pdf") content.pdf.close();
  if (content.kind === "image") URL.revokeObjectURL(content.url);
}

function PdfPage({
  pdf,
  page,
  wide,
  label,
}: {
  readonly pdf: OpenedPdf;
  readonly page: number;
  readonly wide: boolean;
  readonly label: string;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [failed, setFailed] = useState(false);
  const size = useSize(frame);
  useEffect(() => {
    if (!canvas.current || size.width === 0) return;
    setFailed(false);
    const drawn = drawPage(
      pdf.document,
      page,
      canvas.current,
      size.width,
      wide ? Number.POSITIVE_INFINITY : size.height,
    );
    frame.current?.scrollTo(0, 0);
    drawn.done.catch(() => setFailed(true));
    return drawn.cancel;
  }, [pdf, page, size, wide]);
  return (
    <div className={wide ? "pdf-page wide" : "pdf-page"} ref={frame}>
      <canvas ref={canvas} role="img" aria-label={label} hidden={failed} />
      {failed && <p role="alert">{t("reader.page_failed")}</p>}
    </div>
  );
}

function useSize(element: RefObject<HTMLElement | null>): {
  readonly width: number;
  readonly height: number;
} {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    if (!element.current) return;
    const watch = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    watch.observe(element.current);
    return () => watch.disconnect();
  }, [element]);
  return size;
}
