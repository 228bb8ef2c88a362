import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const BUILD = "../crucible/api/static";
const COMPRESSIBLE = /\.(js|css|html|svg|json)$/;
const SLOW_BYTES = 1_000_000;

/** Compresses once, at the build, what every visitor would otherwise have compressed again. */
function precompressed(): Plugin {
  return {
    name: "precompressed",
    apply: "build",
    async closeBundle() {
      for (const entry of await readdir(BUILD, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !COMPRESSIBLE.test(entry.name)) continue;
        const place = join(entry.parentPath, entry.name);
        const content = await readFile(place);
        const quality = content.length > SLOW_BYTES ? 9 : 11;
        const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: quality } };
        await writeFile(`${place}.gz`, await promisify(gzip)(content, { level: 9 }));
        await writeFile(`${place}.br`, await promisify(brotliCompress)(content, brotli));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), precompressed()],
  build: {
    outDir: BUILD,
    emptyOutDir: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4000,
    manifest: "manifest.json",
    reportCompressedSize: false,
    target: "es2022",
  },
  server: { proxy: { "/api": "http://127.0.0.1:7878" } },
  test: { include: ["src/**/*.test.ts"], environment: "node", testTimeout: 60_000 },
});
