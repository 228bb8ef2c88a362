import { readFileSync } from "node:fs";
import {
  evaluated,
  expect,
  expectAccessible,
  expectNoSidewaysScroll,
  headline,
  openHistory,
  test,
} from "./console";

/** A label of its own for each journey, since they share a server. */
const mine = () => `t${Math.random().toString(36).slice(2, 10)}`;

test("the list is narrowed by the server, and the address brings the view back", async ({ console: page }) => {
  const label = mine();
  await evaluated(page, { code: `print('needle-${label}')`, labels: { [label]: "a" } });
  await evaluated(page, { code: "raise SystemExit(3)", labels: { [label]: "b" } });
  await page.goto("/evaluations");
  await page.getByLabel("Label", { exact: true }).fill(label);
  await expect(page.getByText("2 evaluations", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Outcome" }).first().click();
  await page.getByRole("menuitemcheckbox", { name: "Ended with an error" }).click();
  await page.keyboard.press("Escape");
  await expect(page.getByText("1 evaluation", { exact: true })).toBeVisible();
  await expect(page.getByRole("table")).toContainText(`${label}=b`);
  await expectAccessible(page);
  await page.reload();
  await expect(page.getByText("1 evaluation", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Clear" }).click();
  await expect(page.getByLabel("Label", { exact: true })).toHaveValue("");
  await page.getByLabel("Search", { exact: true }).fill(`needle-${label}`);
  await expect(page.getByText("1 evaluation", { exact: true })).toBeVisible();
  await expect(page.getByRole("table")).toContainText(`${label}=a`);
  await page
    .getByRole("link", { name: /Succeeded/ })
    .first()
    .click();
  await expect(headline(page, "Succeeded")).toBeVisible();
});

test("what is chosen is deleted, found among the deleted, and restored", async ({ console: page }) => {
  const label = mine();
  for (const value of ["one", "two"]) await evaluated(page, { code: "print(1)", labels: { [label]: value } });
  await page.goto(`/evaluations?label=${label}`);
  await page.getByRole("checkbox", { name: "Choose all that are loaded" }).click();
  await page.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("2 evaluations deleted; they can be restored.")).toBeVisible();
  await expect(page.getByText("Nothing is like that")).toBeVisible();
  await page.getByRole("checkbox", { name: "Deleted, too" }).click();
  await page.getByRole("checkbox", { name: "Choose all that are loaded" }).click();
  await page.getByRole("button", { name: "Restore" }).click();
  await expect(page.getByText("2 evaluations restored.")).toBeVisible();
  await page.getByRole("checkbox", { name: "Deleted, too" }).click();
  await page.getByRole("checkbox", { name: "Choose all that are loaded" }).click();
  await page.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("Nothing is like that")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).last().click();
  await expect(page.getByRole("row").filter({ hasText: `${label}=` })).toHaveCount(2);
});

test("the page of what was deleted says until when, and restores it", async ({ console: page }) => {
  const id = await evaluated(page, { code: "print('here again')" });
  await page.request.delete(`/api/v1/evaluations/${id}`);
  await page.goto(`/evaluations/${id}`);
  await expect(page.getByRole("alert")).toContainText("it can be restored, until");
  await page.getByRole("button", { name: "Restore" }).click();
  await expect(headline(page, "Succeeded")).toBeVisible();
  await expect(page.getByText("here again", { exact: true })).toBeVisible();
  await expect(page.getByText("print('here again')")).toBeVisible();
});

test("what tried the network is found by what it tried, and the way back undoes one choice at a time", async ({
  console: page,
}) => {
  const label = mine();
  const labels = { [label]: "x" };
  await evaluated(page, { code: "print('socket family=AF_INET')", labels });
  const code =
    "import socket\ntry:\n    socket.create_connection(('192.0.2.7', 80))\nexcept OSError:\n    print('no')";
  const guilty = await evaluated(page, { code, labels });
  await page.goto(`/evaluations?label=${label}`);
  const rows = page.getByRole("row").filter({ hasText: `${label}=` });
  await expect(rows).toHaveCount(2);
  await page.getByLabel("Search", { exact: true }).fill("connect 192.0.2.7:80");
  await expect(rows).toHaveCount(1);
  await page.getByLabel("Search", { exact: true }).fill("family=AF_INET");
  await expect(rows).toHaveCount(2);
  await page.getByRole("checkbox", { name: "Refused something" }).click();
  await expect(rows).toHaveCount(1);
  await expect(page.getByRole("link", { name: new RegExp(guilty) })).toBeVisible();
  await page.reload();
  await expect(rows).toHaveCount(1);
  await page.goBack();
  await expect(page.getByRole("checkbox", { name: "Refused something" })).not.toBeChecked();
  await expect(rows).toHaveCount(2);
});

test("those that are chosen run again with twice the memory", async ({ console: page }) => {
  const label = mine();
  for (const value of ["one", "two"])
    await evaluated(page, {
      code: "print(1)",
      labels: { [label]: value },
      limits: { memory_bytes: 64 * 2 ** 20 },
    });
  await page.goto(`/evaluations?label=${label}`);
  await page.getByRole("checkbox", { name: "Choose all that are loaded" }).click();
  await page.getByRole("button", { name: "Run again" }).click();
  await page.getByRole("menuitem", { name: "With twice the memory" }).click();
  await expect(page.getByText("2 evaluations handed in again with twice the memory.")).toBeVisible();
  await expect(page.getByText("4 evaluations", { exact: true })).toBeVisible();
  const { items } = await (await page.request.get(`/api/v1/evaluations?label=${label}&limit=2`)).json();
  for (const { id } of items) {
    const { limits } = await (await page.request.get(`/api/v1/evaluations/${id}`)).json();
    expect(limits.memory_bytes).toBe(128 * 2 ** 20);
  }
});

test("outputs are compared beyond what an evaluation itself shows of them", async ({ console: page }) => {
  const told = (last: string) => ({ code: `for n in range(9000): print(f'line {n:05}')\nprint('${last}')` });
  const [left, right] = [await evaluated(page, told("left end")), await evaluated(page, told("right end"))];
  await page.goto(`/compare?left=${left}&right=${right}`);
  const printed = page.getByRole("region", { name: "Standard output" });
  await expect(printed.locator("[data-side=left]").filter({ hasText: "left end" })).toBeVisible();
  await expect(printed.locator("[data-side=right]").filter({ hasText: "right end" })).toBeVisible();
});

test("two are compared, and only what differs is shown", async ({ console: page }) => {
  const label = mine();
  await evaluated(page, { code: "a = 1\nb = 2\nprint(a + b)\n", labels: { [label]: "x" } });
  await evaluated(page, { code: "a = 1\nb = 5\nprint(a + b)\n", labels: { [label]: "x" } });
  await page.goto(`/evaluations?label=${label}`);
  await page.getByRole("checkbox", { name: "Choose all that are loaded" }).click();
  await page.getByRole("button", { name: "Compare" }).click();
  const program = page.getByRole("region", { name: "Program" });
  await expect(program.locator("[data-side=left]").filter({ hasText: "b = 2" })).toBeVisible();
  await expect(program.locator("[data-side=right]").filter({ hasText: "b = 5" })).toBeVisible();
  await expect(page.getByText("Standard error is empty on both sides.")).toBeVisible();
  await expectAccessible(page);
});

test("a view is kept under a name, and columns are chosen", async ({ console: page }) => {
  await page.goto("/evaluations?outcome=succeeded");
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Id" }).click();
  await expect(page).toHaveURL(/columns/);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByLabel("A name for what is shown").fill("<b>mine</b>");
  await page.getByRole("button", { name: "Keep" }).click();
  await page.goto("/evaluations");
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "<b>mine</b>" }).click();
  await expect(page).toHaveURL(/succeeded/);
  await expect(page).toHaveURL(/columns/);
});

test("a list is exported, and no label becomes a formula", async ({ console: page }) => {
  const label = mine();
  await evaluated(page, { code: "print(1)", labels: { [label]: "=1+1" } });
  await page.goto(`/evaluations?label=${label}`);
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("menuitem", { name: "As CSV" }).click();
  const text = readFileSync(await (await downloading).path(), "utf8");
  expect(text.split("\r\n")).toHaveLength(3);
  expect(text).toContain("succeeded,nobody,0");
});

test("the list is put in order by a column's head, from the keyboard, and the address keeps it", async ({
  console: page,
}) => {
  const label = mine();
  await evaluated(page, { code: "print(1)", labels: { [label]: "snake" } });
  await evaluated(page, { code: "echo 1", runtime: "bash", labels: { [label]: "shell" } });
  await page.goto(`/evaluations?label=${label}`);
  const cells = page.getByRole("row").filter({ hasText: `${label}=` });
  await expect(cells).toHaveCount(2);
  await expect(cells.first()).toContainText(`${label}=shell`);
  const head = page.getByRole("columnheader", { name: "Runtime", exact: true });
  await head.getByRole("button").press("Enter");
  await expect(head).toHaveAttribute("aria-sort", "descending");
  await expect(cells.first()).toContainText(`${label}=snake`);
  await head.getByRole("button").press("Enter");
  await expect(cells.first()).toContainText(`${label}=shell`);
  await page.reload();
  await expect(head).toHaveAttribute("aria-sort", "ascending");
  await expect(cells.first()).toContainText(`${label}=shell`);
});

test("a note and labels are given to a run and found again, whatever is written in them", async ({
  console: page,
}) => {
  const label = mine();
  const id = await evaluated(page, { code: "print(1)" });
  await page.goto(`/evaluations/${id}`);
  await page.getByRole("button", { name: "Add a note or labels" }).click();
  await page
    .getByRole("textbox", { name: "Note" })
    .fill(`<img src=x onerror="document.title='owned'"> \u202etrap ${label}`);
  await page.getByRole("button", { name: "Add a label" }).click();
  await page.getByLabel("label 1, name").fill("not a key");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("alert")).toContainText("not a key");
  await page.getByLabel("label 1, name").fill(label);
  await page.getByLabel("label 1, value").fill("<b>v</b>");
  await page.getByRole("button", { name: "Save" }).click();
  const said = page.getByRole("region", { name: "Note and labels" });
  await expect(said).toContainText("<img src=x");
  await expect(said).toContainText("⟨RLO⟩trap");
  await expect(said).toContainText(`${label}=<b>v</b>`);
  await expect(said.locator("img, b")).toHaveCount(0);
  await expectAccessible(page);
  await page.goto(`/evaluations?text=trap+${label}&columns=note`);
  await expect(page.getByRole("table")).toContainText("⟨RLO⟩trap");
  expect(await page.title()).not.toBe("owned");
});

test("of 100,000 rows only those in view are in the page, wherever one scrolls to", async ({ console: page }) => {
  await openHistory(page, 100_000);
  const table = page.getByRole("table");
  for (const part of [1, 0.5, 0]) {
    const row = Math.min(99_999, 100_000 * part);
    const id = `ev_${String(row).padStart(26, "0")}`;
    // The table is as high as its rows a moment after the page says how many there are.
    await expect(async () => {
      await table.evaluate((element, at) => element.scrollTo(0, element.scrollHeight * at), part);
      await expect(table.getByRole("link", { name: `Succeeded, ${id}` })).toBeInViewport({ timeout: 3_000 });
    }).toPass({ timeout: 30_000 });
    expect(await table.getByRole("row").count()).toBeLessThan(80);
  }
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("a run is two lines that nothing has to be scrolled for, and the keyboard reaches it", async ({
    console: page,
  }) => {
    const word = mine();
    const labels = { experiment: `${word}-${"long".repeat(60)}` };
    await evaluated(page, { code: `import os\n# ${word}: the first\nprint(1)` });
    await evaluated(page, { code: `raise ValueError("${word}")`, labels });
    await page.goto(`/evaluations?text=${word}`);
    const rows = page.getByRole("row").filter({ hasText: word });
    await expect(rows).toHaveCount(2);
    await expect(rows.first()).toContainText("Ended with an error");
    await expect(rows.last()).toContainText(`# ${word}: the first`);
    await expect(rows.last()).toContainText(/python\d.*(ago|just now)/);
    await expectNoSidewaysScroll(page);
    const table = page.getByRole("table");
    expect(await table.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
    await expectAccessible(page);

    await page.getByLabel("Order", { exact: true }).selectOption("Oldest first");
    await expect(rows.first()).toContainText(`# ${word}: the first`);
    await page.getByRole("button", { name: "Filters" }).click();
    await page.getByRole("button", { name: "Outcome" }).click();
    await page.getByRole("menuitemcheckbox", { name: "Succeeded" }).click();
    await page.keyboard.press("Escape");
    await expect(rows).toHaveCount(1);
    await page.getByRole("button", { name: "Filters 1" }).click();
    await expect(page.getByRole("button", { name: "Outcome" })).toBeHidden();
    await rows.getByRole("checkbox").focus();
    await page.keyboard.press("Space");
    await expect(page.getByText("1 evaluation chosen")).toBeVisible();
    await rows.getByRole("checkbox").focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect(headline(page, "Succeeded")).toBeVisible();
    await expect(page.getByText(/^CPython 3/).first()).toBeVisible();
  });
});
