/** A journey's page: it fails where the page says that it broke, or where its policy had to stop something. */
import AxeBuilder from "@axe-core/playwright";
import { type BrowserContext, expect, type Page, test as plain } from "@playwright/test";

/**
 * A worker's browser profiles, one for each kind of window. Journeys take turns in them, since half of a journey's time
 * went into fetching and compiling the editor for a profile that had never seen it.
 */
const profiles = new Map<string, BrowserContext>();

export const test = plain.extend<{ console: Page }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from it which fixtures are wanted
  baseURL: async ({}, use) => use(process.env.CRUCIBLE_CONSOLE_URL),
  context: async ({ browser, baseURL, viewport, colorScheme, reducedMotion, hasTouch, permissions }, use) => {
    const options = { baseURL, viewport, colorScheme, reducedMotion, hasTouch, permissions };
    const kind = JSON.stringify(options);
    const context = profiles.get(kind) ?? (await browser.newContext(options));
    profiles.set(kind, context);
    await use(context);
    await forget(context, baseURL ?? "");
  },
  console: async ({ page }, use) => {
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (/Content.Security.Policy|violates the following/i.test(message.text())) complaints.push(message.text());
    });
    page.on("dialog", (dialog) => {
      complaints.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await use(page);
    expect(complaints).toEqual([]);
  },
});

export { expect };

/** Closes what a journey opened, and has the console's pages remember nothing of it. */
async function forget(context: BrowserContext, origin: string): Promise<void> {
  const [kept, ...others] = context.pages();
  if (kept) {
    const session = await context.newCDPSession(kept);
    await Promise.all([...others.map((page) => page.close()), kept.goto("about:blank")]);
    await session.send("Storage.clearDataForOrigin", { origin, storageTypes: "local_storage,cookies" });
    await kept.close();
  }
}

/** Opens the workbench with this program in it, as somebody would find a draft of theirs. */
export async function compose(page: Page, code: string, rest: Record<string, unknown> = {}): Promise<void> {
  await page.addInitScript(
    ([key, value]) => {
      if (!sessionStorage.getItem("composed")) localStorage.setItem(key, value);
      sessionStorage.setItem("composed", "yes");
    },
    ["crucible.draft", JSON.stringify({ code, ...rest })] as const,
  );
  await page.goto("/");
  await expect(page.locator(".monaco-editor .view-line").first()).toBeVisible();
}

export async function run(page: Page): Promise<void> {
  await page
    .getByRole("button", { name: /^Run\b/ })
    .first()
    .click();
}

export function headline(page: Page, words: string | RegExp) {
  return page.getByRole("heading", { level: 2, name: words });
}

export function output(page: Page) {
  return page.getByRole("log");
}

/** Hands a program in without the page, and returns its id once it ended. */
export async function evaluated(page: Page, submission: Record<string, unknown>): Promise<string> {
  const answer = await page.request.post("/api/v1/evaluations?wait=30", { data: submission });
  expect(answer.ok()).toBe(true);
  return (await answer.json()).id;
}

/**
 * Opens the history of so many evaluations. The list is answered in the page, a first part and then all others at once:
 * so many would take a server an hour to run, and a thousand scrolls to load.
 */
export async function openHistory(page: Page, total: number): Promise<void> {
  await page.addInitScript((total) => {
    const fetched = window.fetch;
    const evaluation = (n: number) => ({
      id: `ev_${String(n).padStart(26, "0")}`,
      status: "completed",
      outcome: "succeeded",
      runtime: "python3.13",
      priority: "normal",
      labels: { n: String(n) },
      timing: { queued: "2026-11-25T12:00:00Z" },
    });
    window.fetch = async (input, init) => {
      const address = new URL(input instanceof Request ? input.url : input, window.location.href);
      if (address.pathname !== "/api/v1/evaluations") return fetched(input, init);
      const [from, to] = address.searchParams.has("cursor") ? [100, total] : [0, 100];
      const items = Array.from({ length: to - from }, (_, n) => evaluation(from + n));
      return Response.json({ items, next_cursor: to < total ? "all others" : null });
    };
  }, total);
  await page.goto("/evaluations");
  await expect(page.getByText("100 evaluations, and more below")).toBeVisible();
  await page.getByRole("table").evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await expect(page.getByText(`${total.toLocaleString("en")} evaluations`, { exact: true })).toBeVisible();
}

/** Waits until the keys that are pressed next are the editor's. */
export async function expectEditing(page: Page): Promise<void> {
  await expect(page.locator(".monaco-editor").first()).toHaveClass(/\bfocused\b/);
}

/** Opens the palette and runs the first command that these words find. */
export async function command(page: Page, words: string, then?: () => Promise<void>): Promise<void> {
  await page.locator("body").click({ position: { x: 1000, y: 26 } });
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: "Find a command" })).toBeFocused();
  await page.keyboard.type(words);
  const chosen = page.getByRole("listbox", { name: "Commands" }).getByRole("option", { selected: true });
  await expect(chosen).toContainText(new RegExp(words, "i"));
  await then?.();
  await page.keyboard.press("Enter");
}

export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  await expect
    .poll(() => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth))
    .toBeLessThanOrEqual(0);
}

/**
 * Monaco's own input is outside of our hands: it is tested by its makers, and axe can't see its roles. Until a page's
 * heading is there, its part of the console is still on its way, and axe would judge the frame alone.
 */
export async function expectAccessible(page: Page): Promise<void> {
  await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toHaveCount(1);
  const found = await new AxeBuilder({ page }).exclude(".monaco-editor").analyze();
  expect(found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
}
