import { getDocument, type PDFDocumentProxy, PDFWorker, version } from "pdfjs-dist/legacy/build/pdf.mjs";
import workerUrl from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?url";

/** The few files that pdf.js asks for by name; build/pdfFiles.ts puts them there. */
const folder = `/assets/pdf-${version}/`;

let starting: Promise<PDFWorker> | undefined;

/** The part that runs beside the page: one for all papers. Started ahead in the waiting room it needs no line any more. */
export function startPdf(): Promise<PDFWorker> {
  starting ??= startWorker().catch((error: unknown) => {
    starting = undefined;
    throw error;
  });
  return starting;
}

/** By hand: pdf.js itself, when this fails once, does not try again before the page is loaded anew. */
async function startWorker(): Promise<PDFWorker> {
  const port = new Worker(workerUrl, { type: "module" });
  await new Promise<void>((ready, failed) => {
    port.onmessage = () => ready();
    port.onerror = () => failed(new Error("the PDF worker could not be loaded"));
  });
  port.onmessage = null;
  port.onerror = null;
  return PDFWorker.create({ port });
}

export interface OpenedPdf {
  readonly document: PDFDocumentProxy;
  readonly close: () => void;
}

export async function openPdf(bytes: Blob): Promise<OpenedPdf> {
  const task = getDocument({
    worker: await startPdf(),
    data: new Uint8Array(await bytes.arrayBuffer()),
    standardFontDataUrl: folder,
    wasmUrl: folder,
    // The security policy allows no WebAssembly; pictures that would need it are decoded by plain script.
    useWasm: false,
    isEvalSupported: false,
  });
  return { document: await task.promise, close: () => void task.destroy() };
}

interface DrawnPage {
  readonly done: Promise<void>;
  readonly cancel: () => void;
}

/** As large as fits into width by height CSS pixels, at the screen's own resolution: the text stays sharp. */
export function drawPage(
  document: PDFDocumentProxy,
  number: number,
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): DrawnPage {
  let cancelled = false;
  let stop: (() => void) | undefined;
  const done = (async () => {
    const page = await document.getPage(number);
    if (cancelled) return;
    const whole = page.getViewport({ scale: 1 });
    const scale = Math.min(width / whole.width, height / whole.height);
    const sharp = scale * Math.min(devicePixelRatio || 1, 3);
    const viewport = page.getViewport({ scale: sharp });
    // Drawn aside and shown whole: no page is seen while it builds up.
    const drawing = globalThis.document.createElement("canvas");
    drawing.width = Math.ceil(viewport.width);
    drawing.height = Math.ceil(viewport.height);
    const task = page.render({ canvas: drawing, viewport });
    stop = () => task.cancel();
    await task.promise;
    if (cancelled) return;
    canvas.width = drawing.width;
    canvas.height = drawing.height;
    canvas.style.width = `${whole.width * scale}px`;
    canvas.style.height = `${whole.height * scale}px`;
    canvas.getContext("2d")?.drawImage(drawing, 0, 0);
  })();
  return {
    done: done.catch((error: unknown) => {
      if (!cancelled) throw error;
    }),
    cancel: () => {
      cancelled = true;
      stop?.();
    },
  };
}
