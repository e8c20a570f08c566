import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { pdfFiles } from "./build/pdfFiles.ts";
import { precompress } from "./build/precompress.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  plugins: [react(), pdfFiles(), precompress(here("dist"))],
  build: {
    target: ["chrome109", "firefox115", "safari16"],
    // The content security policy allows nothing inline, so nothing may become a data: URL either.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { office: here("index.html"), console: here("console.html"), hall: here("hall.html") },
    },
  },
  test: { include: ["{shared,hall,console,office}/**/*.test.ts"] },
});
