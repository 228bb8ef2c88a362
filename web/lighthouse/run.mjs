// `make lighthouse`: what Lighthouse says of the pages, in Debian's Chromium, against a Crucible of their own. Ends
// with 1 where a score is below what the console promises; which audits cost it is printed.
//
//   node run.mjs [--form desktop|mobile]

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";

const LEAST = 95;
const CATEGORIES = ["performance", "accessibility", "best-practices"];
const PAGES = ["/", "/evaluations", "/batches", "/sessions", "/operations", "/statistics"];
const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-sync",
];

const form = process.argv.includes("mobile") ? "mobile" : "desktop";
const data = mkdtempSync(join(tmpdir(), "crucible-lighthouse-"));
const server = spawn(
  process.env.CRUCIBLE_TEST_PYTHON ?? "../../.venv/bin/python",
  [...["-m", "crucible", "up", "--json", "--port", "0", "--data", data]],
  { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, CRUCIBLE_LOG_LEVEL: "error" } },
);
let failed = false;
try {
  const url = await addressOf(server);
  const answer = await fetch(`${url}/api/v1/evaluations?wait=30`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ code: "print('hello')" }),
  });
  const { id } = await answer.json();
  const chrome = await launch({ chromePath: process.env.CHROMIUM ?? "/usr/bin/chromium", chromeFlags: FLAGS });
  try {
    for (const page of [...PAGES, `/evaluations/${id}`])
      failed = (await judge(url + page, page, chrome.port)) || failed;
  } finally {
    chrome.kill();
  }
} finally {
  if (server.exitCode === null) {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGTERM");
    await ended;
  }
  rmSync(data, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);

async function judge(url, name, port) {
  const options = { port, output: "json", logLevel: "error", onlyCategories: CATEGORIES };
  const { lhr } = await lighthouse(url, options, form === "desktop" ? desktopConfig : undefined);
  const scores = CATEGORIES.map((category) => Math.round((lhr.categories[category].score ?? 0) * 100));
  const { "first-contentful-paint": first, "largest-contentful-paint": largest, interactive } = lhr.audits;
  const moments = [first, largest, interactive].map((audit) => audit?.displayValue ?? "–");
  console.log(`${name.slice(0, 24).padEnd(26)} ${CATEGORIES.map((one, at) => `${one} ${scores[at]}`).join("  ")}`);
  console.log(`${"".padEnd(26)} first paint ${moments[0]}, largest ${moments[1]}, interactive ${moments[2]}`);
  for (const category of CATEGORIES) {
    for (const { id, weight } of lhr.categories[category].auditRefs) {
      const audit = lhr.audits[id];
      if (weight > 0 && audit.score !== null && audit.score < 0.9)
        console.log(`${"".padEnd(26)} - ${id} ${audit.score} ${audit.displayValue ?? ""}`);
    }
  }
  return scores.some((score) => score < LEAST);
}

function addressOf(process) {
  return new Promise((resolve, reject) => {
    let said = "";
    process.once("exit", (code) => reject(new Error(`crucible up ended with ${code}: ${said}`)));
    process.stdout.on("data", (piece) => {
      said += piece;
      const line = said.split("\n").find((one) => one.startsWith("{") && one.endsWith("}"));
      if (line) resolve(JSON.parse(line).url);
    });
  });
}
