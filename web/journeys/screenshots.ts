/** Takes each page in both colours, and at the width of a phone, as WebP: small enough to be kept with the source. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { compose, expect, headline, run, test } from "./console";

const FOLDER = join(import.meta.dirname, "../../docs/screenshots");
const PHONE = { width: 390, height: 844 };
const QUALITY = 78;

const PROGRAMS = [
  { code: "print('accuracy', 0.91)", weight: 9 },
  { code: "import math\nprint(sum(math.sqrt(i) for i in range(300_000)))", weight: 5 },
  { code: "print(open('missing.json').read())", weight: 2 },
  { code: "import time\nprint('waiting', flush=True)\ntime.sleep(9)", limits: { wall_seconds: 0.5 }, weight: 1 },
  {
    code: "x = bytearray(10**9)\nx[::4096] = b'1' * len(x[::4096])",
    limits: { memory_bytes: 64 * 1024 ** 2 },
    weight: 1,
  },
];

const FAILING = `import json
import statistics


def load(lines):
    return [json.loads(line) for line in lines]


def summary(records):
    scores = [record["score"] for record in records if record["split"] == "test"]
    return statistics.mean(scores) / len([score for score in scores if score > 1])


records = load('{"split": "test", "score": %.2f}' % (n / 10) for n in range(8))
print(f"{len(records)} records")
print(f"mean of the test split: {summary(records):.3f}")
`;

const SESSION = [
  "mkdir -p runs && echo '{\"rate\": 0.01}' > model.json && ls -l",
  "python3 -c \"import json; print(json.load(open('model.json'))['rate'] * 100)\"",
  "cat missing.txt",
];

/** Makes a batch of which some fail, each for one of two reasons, and returns its id. */
async function aBatch(page: Page): Promise<string> {
  const made = await (
    await page.request.post("/api/v1/batches", { data: { name: "humaneval, small model" } })
  ).json();
  const lines = Array.from({ length: 24 }, (_, at) => ({
    code:
      at % 6 === 1
        ? `assert add(1, 2) == 3, "HumanEval/${at}"`
        : at % 8 === 3
          ? "import json\nprint(json.loads('{')['score'])"
          : `print(${at})`,
    labels: { task: `HumanEval/${at}` },
  }));
  await page.request.post(`/api/v1/batches/${made.id}/evaluations?offset=0&last=true`, {
    headers: { "Content-Type": "application/x-ndjson" },
    data: lines.map((line) => JSON.stringify(line)).join("\n"),
  });
  return made.id;
}

const STAGES = [
  { name: "fetch", code: "open('tasks.jsonl', 'w').write('{}')" },
  { name: "clean", needs: ["fetch"], inputs: [{ stage: "fetch", path: "tasks.jsonl" }], code: "print('clean')" },
  { name: "tokenise", needs: ["fetch"], code: "print('tokens')" },
  { name: "train-small", needs: ["clean", "tokenise"], code: "print('loss 0.31')" },
  { name: "train-large", needs: ["clean", "tokenise"], code: "import time\ntime.sleep(60)" },
  { name: "baseline", needs: ["clean"], code: "raise ValueError('no such split')", on_failure: "skip" },
  { name: "evaluate", needs: ["train-small", "train-large", "fetch"], code: "print(1)" },
  { name: "report", needs: ["evaluate", "baseline"], code: "print(1)" },
];

/** Makes schedules, one of which rests, where there are none yet, and returns the id of the nightly one. */
async function schedules(page: Page): Promise<string> {
  const { items } = await (await page.request.get("/api/v1/schedules")).json();
  if (items.length > 0) return items.at(-1).id;
  const make = async (data: Record<string, unknown>) =>
    (await (await page.request.post("/api/v1/schedules", { data })).json()).id as string;
  const nightly = await make({
    name: "Regression of the small model",
    cron: "30 2 * * MON-FRI",
    time_zone: "Europe/Berlin",
    submission: { code: FAILING },
  });
  const submission = { code: "print('ok')" };
  const weekly = await make({ name: "Weekly ablation", cron: "0 6 * * MON", missed: "all", submission });
  await page.request.post(`/api/v1/schedules/${weekly}/pause`);
  await make({ name: "Canary", cron: "*/10 * * * *", missed: "skip", submission });
  return nightly;
}

async function take(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(700);
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${name}.webp`), Buffer.from(data, "base64"));
}

test.describe.configure({ mode: "serial" });

test("there is something to show", async ({ request }) => {
  test.slow();
  const evaluations = PROGRAMS.flatMap(({ weight, ...program }, index) =>
    Array.from({ length: weight * 3 }, (_, at) => ({
      ...program,
      labels: {
        experiment: ["baseline", "ablation", "seed-7"][(at + index) % 3],
        model: at % 2 ? "small" : "large",
      },
    })),
  );
  const answer = await request.post("/api/v1/evaluations/bulk", { data: { evaluations } });
  const { items } = await answer.json();
  await request.get(`/api/v1/evaluations/${items.at(-1).id}?wait=60`);
});

for (const scheme of ["light", "dark"] as const) {
  test.describe(scheme, () => {
    test.use({ colorScheme: scheme, permissions: [] });

    test("every page", async ({ console: page }) => {
      test.slow();
      await compose(page, FAILING);
      await run(page);
      await expect(headline(page, /Ended with an error/)).toBeVisible();
      await take(page, `workbench-${scheme}`);
      const failed = new URL(page.url()).searchParams.get("run");

      await page.getByRole("button", { name: "Templates" }).click();
      await page.getByRole("menuitem", { name: /Processor/ }).click();
      await page.getByRole("button", { name: "Dismiss" }).click();
      await run(page);
      await expect(page.getByRole("log")).toContainText("15000");
      await take(page, `live-${scheme}`);

      await page.goto("/evaluations");
      await expect(page.getByRole("row").nth(12)).toBeVisible();
      await take(page, `history-${scheme}`);

      await page.goto("/statistics?hours=1");
      await expect(page.getByRole("group", { name: /Outcomes over time/ })).toBeVisible();
      await take(page, `statistics-${scheme}`);

      const mended = FAILING.replace("score > 1", "score >= 0");
      const answer = await page.request.post("/api/v1/evaluations?wait=30", { data: { code: mended } });
      await page.goto(`/compare?left=${failed}&right=${(await answer.json()).id}`);
      await expect(page.getByRole("region", { name: "Program" })).toBeVisible();
      await take(page, `compare-${scheme}`);

      await page.goto(`/evaluations/${failed}`);
      await expect(headline(page, /Ended with an error/)).toBeVisible();
      await take(page, `evaluation-${scheme}`);

      await page.goto(`/batches/${await aBatch(page)}`);
      await expect(page.getByRole("status").filter({ hasText: "24 of 24 ended" })).toBeVisible();
      await take(page, `batch-${scheme}`);
      await page.goto("/batches");
      await expect(page.getByRole("link", { name: /small model/ }).first()).toBeVisible();
      await take(page, `batches-${scheme}`);

      const pipeline = await page.request.post("/api/v1/pipelines", {
        data: { name: "Train and evaluate", stages: STAGES },
      });
      const { id } = await pipeline.json();
      await page.goto(`/pipelines/${id}`);
      await expect(page.getByRole("button", { name: /^train-small Done/ })).toBeVisible();
      await take(page, `pipeline-${scheme}`);
      await page.goto("/pipelines");
      await expect(page.getByRole("link", { name: /Train and evaluate/ }).first()).toBeVisible();
      await take(page, `pipelines-${scheme}`);
      await page.request.post(`/api/v1/pipelines/${id}/cancel`);

      const nightly = await schedules(page);
      await page.goto("/schedules");
      await expect(page.getByRole("link", { name: /Canary/ })).toBeVisible();
      await take(page, `schedules-${scheme}`);
      await page.goto(`/schedules/${nightly}/edit`);
      await expect(page.getByRole("list", { name: "Next times" }).getByRole("listitem")).toHaveCount(5);
      await expect(page.locator(".view-lines")).toContainText("statistics");
      await take(page, `schedule-${scheme}`);

      await page.goto("/operations");
      await expect(page.getByRole("region", { name: "Engines" })).toContainText("the default");
      await take(page, `operations-${scheme}`);

      await page.goto("/sessions");
      await page.getByRole("button", { name: "Make a session" }).click();
      const line = page.getByLabel("A line for the session’s shell");
      for (const [place, command] of SESSION.entries()) {
        await line.fill(command);
        await line.press("Enter");
        await expect(page.getByRole("article", { name: `Line ${place + 1}` })).toContainText("exit");
      }
      await expect(page.getByRole("region", { name: "Files" })).toContainText("model.json");
      await take(page, `session-${scheme}`);
      const session = new URL(page.url()).pathname;
      await page.goto("/sessions");
      await expect(page.locator(`a[href="${session}"]`)).toBeVisible();
      await take(page, `sessions-${scheme}`);
      await page.goto(session);
      await page.getByRole("button", { name: "End the session" }).click();
      await page.getByRole("button", { name: "End it, and lose its files?" }).click();

      await page.setViewportSize(PHONE);
      await page.goto(`/?run=${failed}`);
      await headline(page, /Ended with an error/).scrollIntoViewIfNeeded();
      await page.getByRole("region", { name: "Result" }).evaluate((element) => element.scrollIntoView());
      await take(page, `phone-${scheme}`);
    });
  });
}
