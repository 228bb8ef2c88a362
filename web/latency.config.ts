/** `make console-speed`: how long from asking for a run to its first output on screen. A figure, never a test. */
import { defineConfig } from "@playwright/test";
import journeys from "./playwright.config";

export default defineConfig({ ...journeys, testMatch: "latency.ts", workers: 1, reporter: [["list"]] });
