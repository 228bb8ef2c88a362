/** What keeps the server going, on one page. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, expectAccessible, test } from "./console";
import { addressOf, start, stop } from "./server";

test.describe("on a server of its own", () => {
  const server = { url: "", data: "", process: null as ReturnType<typeof start> | null };

  test.beforeAll(async () => {
    server.data = mkdtempSync(join(tmpdir(), "crucible-journeys-"));
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
