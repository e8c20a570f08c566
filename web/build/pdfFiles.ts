import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

/** What pdf.js fetches by name when a paper needs it: two symbol fonts, and the decoder of JPEG 2000 scans as plain script. */
const files = [
  "standard_fonts/FoxitSymbol.pfb",
  "standard_fonts/FoxitDingbats.pfb",
  "wasm/openjpeg_nowasm_fallback.js",
];

/** Puts them under /assets, in a folder named after the version, as all there is kept by browsers for good. */
export function pdfFiles(): Plugin {
  return {
    name: "pdf-files",
    apply: "build",
    generateBundle() {
      const manifest = createRequire(import.meta.url).resolve("pdfjs-dist/package.json");
      const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
      for (const file of files)
        this.emitFile({
          type: "asset",
          fileName: `assets/pdf-${version}/${file.split("/")[1]}`,
          source: readFileSync(join(dirname(manifest), file)),
        });
    },
  };
}
