/** `make console-speed`: how long somebody in front of the console waits. Figures, never a test. */
import { defineConfig } from "@playwright/test";
import journeys from "./playwright.config";

export default defineConfig({ ...journeys, testMatch: "latency.ts", workers: 1, reporter: [["list"]] });
