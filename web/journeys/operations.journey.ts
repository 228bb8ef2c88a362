/** What keeps the server going, on one page. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, expectAccessible, headline, output, test } from "./console";
import { addressOf, PYTHON, start, stop } from "./server";

/** Has two programs given up there, under a worker and for a reason whose texts are hostile. */
function lose(data: string): void {
  execFileSync(PYTHON, ["-m", "tests.web.losses", data], { cwd: join(import.meta.dirname, "../..") });
}

test.describe("on a server of its own", () => {
  // All in one worker: a Crucible for each of them would take longer than they do.
  test.describe.configure({ mode: "default" });
  const server = { url: "", data: "", process: null as ReturnType<typeof start> | null };

  test.beforeAll(async () => {
    server.data = mkdtempSync(join(tmpdir(), "crucible-journeys-"));
    lose(server.data);
    server.process = start(server.data, 0);
    server.url = await addressOf(server.process);
  });
  test.afterAll(async () => {
    if (server.process) await stop(server.process);
    rmSync(server.data, { recursive: true, force: true });
  });

  test("a worker is paused, what is handed in waits for it, and it goes on", async ({ console: page }) => {
    await page.goto(`${server.url}/operations`);
    const workers = page.getByRole("region", { name: "Workers" });
    await workers.getByRole("button", { name: "Pause" }).click();
    await expect(workers.getByText("Paused", { exact: true })).toBeVisible();
    await expectAccessible(page);
    const answer = await page.request.post(`${server.url}/api/v1/evaluations`, {
      data: { code: "print(1)", priority: "high" },
    });
    const { id } = await answer.json();
    await expect(page.getByRole("region", { name: "Queue" })).toContainText("1 waiting");
    await workers.getByRole("button", { name: "Resume" }).click();
    await expect(workers.getByText("Works", { exact: true })).toBeVisible();
    const ended = await (await page.request.get(`${server.url}/api/v1/evaluations/${id}?wait=60`)).json();
    expect(ended.outcome).toBe("succeeded");
  });

  test("what was given up is looked into, run again, or let go, and its texts are only texts", async ({
    console: page,
  }) => {
    await page.goto(`${server.url}/operations`);
    const letters = page.getByRole("region", { name: "Dead letters" });
    await expect(letters.getByRole("listitem")).toHaveCount(2);
    await expect(letters).toContainText(/its kernel said <img src=x.*⟨RLO⟩/);
    await letters.getByRole("button", { name: "Its history" }).first().click();
    await expect(letters.getByText("run 3")).toBeVisible();
    await expect(letters.locator("ol")).toContainText(/under worker <img src=x.*⟨RLO⟩/);
    await expect(page.locator("main img")).toHaveCount(0);
    await expectAccessible(page);

    const first = letters.getByRole("link", { name: /^ev_/ }).first();
    const address = `${server.url}/evaluations/${await first.textContent()}`;
    await letters
      .getByRole("checkbox", { name: /^Choose ev_/ })
      .first()
      .check();
    await letters.getByRole("button", { name: "Run 1 again" }).click();
    await expect(page.getByText("1 dead letter run again.")).toBeVisible();
    await letters
      .getByRole("checkbox", { name: /^Choose ev_/ })
      .first()
      .check();
    await letters.getByRole("button", { name: "Let go" }).click();
    await expect(letters).toContainText("Nothing was given up that somebody has yet to decide about.");
    await letters.getByText("Let go", { exact: true }).click();
    await expect(letters.getByRole("listitem")).toHaveCount(1);
    await letters.getByText("Run again", { exact: true }).click();
    await letters.getByRole("link", { name: "what became of it" }).click();
    await expect(headline(page, "Succeeded")).toBeVisible();
    await expect(output(page)).toContainText("replayed");

    await page.goto(address);
    await page.getByText("Timeline", { exact: true }).click();
    const events = page.getByRole("list", { name: "Events" });
    await expect(events).toContainText(/its kernel said <img src=x.*⟨RLO⟩.*, under worker <img src=x/);
    await expect(page.locator("main img")).toHaveCount(0);
    expect(await page.title()).not.toBe("owned");
  });

  test("what is kept is measured", async ({ console: page }) => {
    await page.goto(`${server.url}/operations`);
    const storage = page.getByRole("region", { name: "Storage" });
    await expect(storage).toContainText("Database, SQLite");
    await expect(storage).toContainText(/\d (KiB|MiB)/);
    await expect(storage).toContainText("Nothing is deleted that could be restored");
  });
});

test("queue, workers, engines and dead letters are shown, each with what is to be known", async ({
  console: page,
}) => {
  await page.goto("/operations");
  await expect(page.getByRole("region", { name: "Queue" })).toContainText("normal");
  await expect(page.getByRole("region", { name: "Workers" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Engines" })).toContainText("the default");
  await expect(page.getByRole("region", { name: "Dead letters" })).toContainText("Nothing was given up");
  await expectAccessible(page);
});
