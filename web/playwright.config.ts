/**
 * The journeys run in Debian's Chromium against a Crucible that is started for them (`journeys/server.ts`), with its
 * real executor and sandboxes. Chromium's own sandbox can't be made by root, and its requests to its maker are off.
 */
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "journeys",
  testMatch: "*.journey.ts",
  globalSetup: "./journeys/server.ts",
  workers: 2,
  fullyParallel: true,
  timeout: 90_000,
  expect: { timeout: 30_000 },
  reporter: process.env.CI ? [["list"]] : [["dot"]],
  outputDir: process.env.CRUCIBLE_JOURNEY_RESULTS ?? "test-results",
  use: {
    viewport: { width: 1440, height: 900 },
    reducedMotion: "reduce",
    trace: "off",
    permissions: ["clipboard-read", "clipboard-write"],
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-quic",
        "--disable-sync",
        "--no-first-run",
        "--no-default-browser-check",
      ],
    },
  },
});
