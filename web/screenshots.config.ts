/** `make screenshots`: the pages as they are, kept under docs/screenshots. Made against a Crucible of their own. */
import { defineConfig } from "@playwright/test";
import journeys from "./playwright.config";

export default defineConfig({ ...journeys, testMatch: "screenshots.ts", workers: 1, fullyParallel: false });
