import type { Page } from "@playwright/test";
import {
  command,
  compose,
  evaluated,
  expect,
  expectAccessible,
  expectEditing,
  expectNoSidewaysScroll,
  headline,
  output,
  run,
  test,
} from "./console";

test("a program is run, and what it prints is there", async ({ console: page }) => {
  await compose(page, "import sys\nprint('out')\nprint('err', file=sys.stderr)");
  await page.keyboard.press("Control+Enter");
  await expect(headline(page, "Succeeded")).toBeVisible();
  await expect(output(page)).toContainText("out");
  await expect(output(page)).toContainText("err");
  await page.getByText("stderr", { exact: true }).click();
  await expect(output(page)).not.toContainText("out");
  await expectAccessible(page);
});

test("a failure is shown on its line, mended, and run again", async ({ console: page }) => {
  await compose(page, "def half(n):\n    return n / 0\n\nprint(half(4))\n");
  await run(page);
  await expect(headline(page, /Ended with an error/)).toContainText("the program’s doing");
  const why = page.getByRole("region", { name: "What went wrong" });
  await expect(why).toContainText("ZeroDivisionError: division by zero");
  await expect(why).toContainText("It divided by zero");
  await expect(page.locator(".squiggly-error").first()).toBeVisible();
  await why.getByRole("button", { name: "main.py, line 2" }).click();
  await expectEditing(page);
  await page.keyboard.press("End");
  await page.keyboard.press("Backspace");
  await page.keyboard.type("2");
  await expect(page.locator(".squiggly-error")).toHaveCount(0);
  await page.keyboard.press("Control+Enter");
  await expect(headline(page, "Succeeded")).toBeVisible();
  await expect(output(page)).toContainText("2.0");
  await page.getByRole("button", { name: "Compare with the run before" }).click();
  await expect(page.locator("[data-side=right]").filter({ hasText: "return n / 2" })).toBeVisible();
});

test("Escape stops what runs, and that is acknowledged", async ({ console: page }) => {
  await compose(page, "import time\nprint('ready', flush=True)\ntime.sleep(60)");
  await run(page);
  await expect(output(page)).toContainText("ready");
  await expect(page.getByRole("button", { name: "Stop" })).toBeVisible();
  await page.getByText("It runs in its sandbox").click();
  await page.keyboard.press("Escape");
  await expect(headline(page, /Stopped on request/)).toBeVisible();
  await expect(output(page)).toContainText("ready");
});

/** Counts until it is stopped, so that no journey has to be quicker than it. */
const COUNTING = `import itertools, time
for n in itertools.count():
    print(f'line-{n}', flush=True)
    time.sleep(0.1)`;

const lastLine = async (page: Page) =>
  Number(/line-(\d+)\D*$/.exec((await output(page).textContent()) ?? "")?.[1]);

/** Further lines come; stopped then, the page has each line that the record has, and each once. */
async function goesOn(page: Page): Promise<void> {
  await expect(output(page)).toContainText(/line-\d/);
  const seen = await lastLine(page);
  await expect.poll(() => lastLine(page)).toBeGreaterThan(seen + 1);
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(headline(page, /Stopped on request/)).toBeVisible();
  const id = new URL(page.url()).searchParams.get("run");
  const kept = await (await page.request.get(`/api/v1/evaluations/${id}/output?stream=stdout`)).text();
  const lines = kept.trimEnd().split("\n");
  expect(lines).toEqual(lines.map((_, n) => `line-${n}`));
  await expect(page.getByText(`${lines.length} lines, `)).toBeVisible();
  expect(await lastLine(page)).toBe(lines.length - 1);
}

test("output appears while the program runs, and a reload neither loses nor repeats any", async ({
  console: page,
}) => {
  await compose(page, COUNTING, { limits: { wall_seconds: 300 } });
  await run(page);
  await expect(output(page)).toContainText(/line-\d/);
  await page.reload();
  await goesOn(page);
});

test("a lost network is said, and taken up where it stopped", async ({ console: page, context }) => {
  await compose(page, COUNTING, { limits: { wall_seconds: 300 } });
  await run(page);
  await expect(output(page)).toContainText(/line-\d/);
  await context.setOffline(true);
  await expect(page.getByRole("button", { name: "Server: Disconnected" })).toBeVisible();
  await context.setOffline(false);
  await goesOn(page);
});

test("pages say that the server is away, and go on when it is back", async ({ console: page, context }) => {
  const loaded = page.waitForResponse((response) => /StatisticsPage.*\.js/.test(response.url()));
  await compose(page, "print(1)");
  await loaded;
  await context.setOffline(true);
  await page.getByRole("link", { name: "Statistics" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Crucible can't be reached" })).toBeVisible({
    timeout: 40_000,
  });
  await expect(page.getByRole("button", { name: "Server: Disconnected" })).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByRole("region", { name: "Queue" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Server: Connected" })).toBeVisible();
});

test("the draft is there again after a reload", async ({ console: page }) => {
  await compose(page, "print(1)\n");
  await page.locator(".monaco-editor").first().click();
  await expectEditing(page);
  await page.keyboard.press("Control+End");
  await page.keyboard.type("print('kept')");
  await expect(page.locator(".view-lines")).toContainText("kept");
  await page.reload();
  await expect(page.locator(".view-lines")).toContainText("kept");
});

test("a link brings a draft to somebody else, and runs nothing", async ({ console: page, browser, baseURL }) => {
  await compose(page, "print('shared')");
  await page.getByRole("button", { name: "Copy as" }).click();
  await page.getByRole("menuitem", { name: "A link to this draft" }).click();
  await expect(page.getByText("Copied a link")).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const other = await (await browser.newContext({ baseURL })).newPage();
  await other.goto(link);
  await expect(other.locator(".view-lines")).toContainText("shared");
  await expect(other).not.toHaveURL(/#/);
  await expect(other.getByRole("article")).toHaveCount(0);
});

test("a limit out of bounds is refused in the form, and one that is hit is named", async ({ console: page }) => {
  await compose(page, "import time\ntime.sleep(9)");
  await page.getByLabel("Time", { exact: true }).fill("0");
  await expect(page.getByText("at least 100 ms")).toBeVisible();
  await page.getByLabel("Time", { exact: true }).fill("0.5");
  await run(page);
  await expect(headline(page, /Ran out of time/)).toContainText("a limit’s doing");
});

test("a mistake is underlined where it is before anything runs, and gone once it is mended", async ({
  console: page,
}) => {
  await compose(page, "total = 1\nprint((total)");
  const line = page.getByRole("status").filter({ hasText: "never closed" });
  await expect(line).toContainText("Line 2");
  await expect(page.locator(".squiggly-error")).toHaveCount(1);
  await line.getByRole("button").click();
  await expectEditing(page);
  await page.keyboard.press("End");
  await page.keyboard.type(")");
  await expect(page.getByText("finds nothing wrong with the syntax")).toBeVisible();
  await expect(page.locator(".squiggly-error")).toHaveCount(0);
  const answer = await page.request.get("/api/v1/evaluations?limit=1&text=total%20%3D%201");
  expect((await answer.json()).items).toEqual([]);
});

test("a refusal names its field, and what was typed stays", async ({ console: page }) => {
  await compose(page, "print(1)", { env: [["NOT A NAME", "x"]] });
  await run(page);
  await expect(page.getByRole("alert").first()).toContainText("NOT A NAME");
  await expect(page.getByLabel("variable 1, name")).toHaveValue("NOT A NAME");
});

test("a dropped file is read by the program", async ({ console: page }) => {
  await compose(page, "print(open('words.txt').read().upper())");
  const transfer = await page.evaluateHandle(() => {
    const made = new DataTransfer();
    made.items.add(new File(["alembic"], "words.txt", { type: "text/plain" }));
    return made;
  });
  await page.dispatchEvent("section[aria-label=Program]", "drop", { dataTransfer: transfer });
  await expect(page.getByRole("button", { name: "words.txt", exact: true })).toBeVisible();
  await run(page);
  await expect(output(page)).toContainText("ALEMBIC");
});

test("an input file is renamed from the keyboard", async ({ console: page }) => {
  await compose(page, "print(open('words.txt').read())", {
    files: [{ path: "a.txt", content: "renamed", encoding: "utf-8" }],
  });
  await page.getByRole("button", { name: "a.txt", exact: true }).press("F2");
  const path = page.getByLabel("A new path for a.txt");
  await path.fill("words.txt");
  await path.press("Enter");
  await run(page);
  await expect(output(page)).toContainText("renamed");
});

test("the program can be copied for elsewhere", async ({ console: page }) => {
  await compose(page, "print('it\\'s')");
  await page.getByRole("button", { name: "Copy as" }).click();
  await page.getByRole("menuitem", { name: "For curl" }).click();
  await expect(page.getByText("Copied for curl")).toBeVisible();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain("/api/v1/evaluations?wait=60");
});

test("how far a program is, is seen while it runs, and what happened is looked through", async ({
  console: page,
}) => {
  await page.goto("/");
  await page.getByRole("button", { name: "Templates" }).click();
  await page.getByRole("menuitem", { name: /Progress/ }).click();
  await run(page);
  const progress = page.getByRole("region", { name: "Progress" });
  await expect(progress).toContainText(/loss \d/);
  await expect(progress).toContainText(/\d+ of 40, \d+ %/);
  await expect(headline(page, "Succeeded")).toBeVisible();
  await expect(progress).toContainText("40 of 40, 100 %");
  await page.reload();
  await expect(progress).toContainText("40 of 40, 100 %");

  await page.getByText("Timeline", { exact: true }).click();
  const events = page.getByRole("list", { name: "Events" });
  await expect(events.getByRole("listitem")).toHaveCount(3);
  await page
    .getByRole("group", { name: "Which events" })
    .getByRole("button", { name: /started/ })
    .click();
  await expect(events.getByRole("listitem")).toHaveCount(1);
  await events.getByText("Started").click();
  await expect(events).toContainText('"worker":');
  await page.getByLabel("Find in events").fill("nothing like it");
  await expect(page.getByText("No event is like that.")).toBeVisible();
  await expectAccessible(page);
});

test("a run of a moment has no curve that contradicts what the kernel counted, and what it said is copied", async ({
  console: page,
}) => {
  const id = await evaluated(page, { code: "print('one')\nprint('two')", labels: { task: "7" } });
  await page.goto(`/evaluations/${id}`);
  await expect(headline(page, "Succeeded")).toBeVisible();
  await expect(page).toHaveTitle("Succeeded: task=7 · Crucible");
  await expect(page.locator("link[rel=icon]")).toHaveAttribute("href", /^data:image\/svg/);
  await expect(output(page)).toContainText("two");
  await expect(page.getByText("at most", { exact: false })).toHaveCount(0);
  expect((await output(page).boundingBox())?.height).toBeLessThan(90);
  const pasted = () => page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole("button", { name: "Copy the output" }).click();
  await expect(page.getByText("Copied 2 lines.")).toBeVisible();
  expect(await pasted()).toBe("one\ntwo\n");
  await page.getByRole("button", { name: "Copy the id" }).first().click();
  await expect(page.getByText("Copied the id.")).toBeVisible();
  expect(await pasted()).toBe(id);
  await page.getByRole("link", { name: "History", exact: true }).click();
  await expect(page.locator("link[rel=icon]")).toHaveAttribute("href", /icon\.svg$/);
});

test("a run of some seconds has curves, whose most is the kernel's, and that say what was when", async ({
  console: page,
}) => {
  const code = "import time\nkept = bytearray(60 * 2**20)\ntime.sleep(1.5)\nkept = None\ntime.sleep(0.5)";
  const id = await evaluated(page, { code, limits: { memory_bytes: 2 ** 31 } });
  const { usage } = await (await page.request.get(`/api/v1/evaluations/${id}`)).json();
  await page.goto(`/evaluations/${id}`);
  const memory = page.getByRole("figure").filter({ hasText: "Memory" });
  await expect(memory).toContainText(`at most ${Math.round(usage.peak_memory_bytes / 2 ** 20)} MiB`);
  await memory.getByRole("img").hover();
  await expect(memory).toContainText(/\d MiB at \d/);
  await expect(page.getByRole("figure").filter({ hasText: "Processor" })).toContainText(/\d at \d/);
});

test("a run that ran out of something is run again with twice of it", async ({ console: page }) => {
  const id = await evaluated(page, { code: "import time\ntime.sleep(0.7)", limits: { wall_seconds: 0.5 } });
  await page.goto(`/evaluations/${id}`);
  await page.getByRole("button", { name: "Run with twice the time" }).click();
  await expect(headline(page, "Succeeded")).toBeVisible();
  await page.getByText("Limits and inputs", { exact: true }).click();
  await expect(page.getByText("1 s", { exact: true })).toBeVisible();
});

test("printed, a page is whole, and the frame around it is left out", async ({ console: page }) => {
  const id = await evaluated(page, { code: `${"# a line\n".repeat(200)}print(1)` });
  await page.goto(`/evaluations/${id}`);
  await expect(page.getByRole("region", { name: "The program" })).toContainText("print(1)");
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("navigation", { name: "Pages" })).toBeHidden();
  const [whole, sheet] = await page.evaluate(() => [
    document.querySelector("main")?.scrollHeight ?? 0,
    document.documentElement.scrollHeight,
  ]);
  expect(whole).toBeGreaterThan(2_000);
  expect(sheet).toBeGreaterThanOrEqual(whole);
});

test("a question mark shows the keys of this page, and nothing that has none", async ({ console: page }) => {
  await page.goto("/statistics");
  await expect(page.getByRole("region", { name: "Queue" })).toBeVisible();
  await page.keyboard.press("?");
  const keys = page.getByRole("listbox", { name: "Keyboard shortcuts" }).getByRole("option");
  await expect(keys.filter({ hasText: "Go to history" })).toContainText("GH");
  await expect(keys.filter({ hasText: "Dark colours" })).toHaveCount(0);
  await expectAccessible(page);
});

test("everything can be reached from the keyboard", async ({ console: page }) => {
  await compose(page, "print('by keys')");
  await command(page, "run the program", () => expectAccessible(page));
  await expect(headline(page, "Succeeded")).toBeVisible();
});

test("the server's log is raised from the debug overlay", async ({ console: page }) => {
  await page.goto("/statistics?debug=true");
  const level = page.getByLabel("The server’s log tells from");
  await expect(level).toHaveValue("error");
  await level.selectOption("debug");
  await expect(page.getByText("tells from “debug” on")).toBeVisible();
  expect(await (await page.request.get("/api/v1/log-level")).json()).toMatchObject({ level: "debug" });
  await level.selectOption("error");
  await expect(page.getByText("tells from “error” on")).toBeVisible();
});

test("an evaluation has a page of its own, from which it is edited and run anew", async ({ console: page }) => {
  const id = await evaluated(page, {
    code: "import sys\nprint(sys.stdin.read(), flush=True)\nint('x')",
    stdin: "given before",
    labels: { experiment: "seven" },
  });
  await page.goto(`/evaluations/${id}`);
  await expect(headline(page, /Ended with an error/)).toBeVisible();
  await expect(output(page)).toContainText("given before");
  await page.getByRole("button", { name: "main.py, line 3" }).click();
  await expect(page.getByRole("region", { name: "The program" }).locator("[data-here]")).toContainText("int('x')");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Edit and run" }).click();
  await page.getByRole("tab", { name: /Standard input/ }).click();
  await expect(page.getByRole("textbox", { name: "Standard input" })).toHaveValue("given before");
});

test("an evaluation that is not there is said to be not there", async ({ console: page }) => {
  await page.goto("/evaluations/ev_00000000000000000000000000");
  await expect(page.getByRole("alert").first()).toContainText("there is no evaluation");
  await expect(page).toHaveTitle("Not found · Crucible");
  await expect(page.getByTestId("room")).toHaveCount(0); // where its program would be, nothing seems to be on its way
  await page.goto("/nowhere");
  await expect(page.getByText("There is nothing at this address")).toBeVisible();
  await expectAccessible(page);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, colorScheme: "dark" });

  test("a program is run and its verdict seen, with nothing to scroll sideways", async ({ console: page }) => {
    await compose(page, "print('small')");
    await run(page);
    await expect(headline(page, "Succeeded")).toBeInViewport();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
  });
});
