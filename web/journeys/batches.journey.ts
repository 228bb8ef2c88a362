/** Batches: read from files, followed, and what failed run again; whatever they are called. */
import { expect, expectAccessible, test } from "./console";

const NAME = `<img src=x onerror="document.title='owned'">\u202ebatch`;

const file = (name: string, text: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) });

test("a file becomes a batch, its failures are grouped by cause, and those alone run again", async ({
  console: page,
}) => {
  const lines = [0, 1, 2, 3, 4, 5].map((n) => ({
    code: n < 4 ? `print(${n})` : `raise ValueError("<b>odd</b> ${n}")`,
    labels: { case: `<i>${n}</i>` },
  }));
  await page.goto("/batches");
  await expectAccessible(page);
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose a file" }).click();
  await (await choosing).setFiles(file("cases.jsonl", lines.map((line) => JSON.stringify(line)).join("\n")));
  await expect(page.getByLabel("What the batch is called")).toHaveValue("cases.jsonl");
  await page.getByLabel("What the batch is called").fill(NAME);
  await page.getByRole("button", { name: "Run 6 programs" }).click();

  await expect(page.getByRole("status").filter({ hasText: "6 of 6 ended" })).toContainText("Done");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/<img src=x.*⟨RLO⟩batch/);
  await expect(page.getByRole("region", { name: "Outcomes" })).toContainText("Succeeded4");
  const causes = page.getByRole("region", { name: "Failures by cause" });
  await expect(causes).toContainText("2");
  await expect(causes).toContainText("<b>odd</b>");
  const programs = page.getByRole("region", { name: "Programs" });
  await expect(programs).toContainText("case=<i>0</i>");
  await expect(programs.getByText("Succeeded")).toHaveCount(4);
  await expect(programs.getByText("Ended with an error")).toHaveCount(2);
  await expect(page.locator("main img, main b, main i")).toHaveCount(0);
  await expectAccessible(page);

  await causes.getByRole("link", { name: "Ended with an error" }).click();
  await expect(programs.getByRole("listitem")).toHaveCount(2);
  await page.getByRole("button", { name: "Run the 2 that failed again" }).click();
  await expect(page.getByText("2 runs replaced by another")).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: "6 of 6 ended" })).toContainText("Done");
  await page.goto("/batches");
  await expect(page.getByRole("link", { name: /⟨RLO⟩batch/ })).toContainText("6 programs");
  expect(await page.title()).not.toBe("owned");
});

test("a batch under way says in its tab how far it is, and is stopped once that was said twice", async ({
  console: page,
}) => {
  const made = await (await page.request.post("/api/v1/batches", { data: { name: "long" } })).json();
  await page.request.post(`/api/v1/batches/${made.id}/evaluations?offset=0&last=true`, {
    headers: { "Content-Type": "application/x-ndjson" },
    // What no worker of this server can run takes no place of other journeys' programs, and stays under way.
    data: Array.from({ length: 6 }, () => JSON.stringify({ code: "train(60)", worker_labels: ["gpu"] })).join(
      "\n",
    ),
  });
  await page.goto(`/batches/${made.id}`);
  await expect(page).toHaveTitle("0 % · long · Crucible");
  await expect(page.getByRole("region", { name: "Programs" })).toContainText("train(60)");
  await page.getByRole("button", { name: "Stop all" }).click();
  await page.getByRole("button", { name: "Stop the 6 that are left?" }).click();
  await expect(page.getByRole("status").filter({ hasText: "6 of 6 ended" })).toContainText("Stopped");
  await expect(page).toHaveTitle("Stopped · long · Crucible");
  await page.getByRole("region", { name: "Programs" }).getByRole("link").nth(2).click();
  await page.getByRole("link", { name: "number 3 of a batch" }).click();
  await expect(page).toHaveURL(new RegExp(made.id));
});

test("what can't be read of a file is told by its place, and what can is offered", async ({ console: page }) => {
  await page.goto("/batches");
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose a file" }).click();
  await (await choosing).setFiles(file("cases.csv", 'code,labels.a\n"print(1)",x\n"print(2)"\n'));
  await expect(page.getByRole("list", { name: "What could not be read" })).toContainText("row 3: has 1 cells");
  await expect(page.getByRole("button", { name: "Run 1 program", exact: true })).toBeEnabled();
});
