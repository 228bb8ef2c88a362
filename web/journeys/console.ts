/** A journey's page: it fails where the page says that it broke, or where its policy had to stop something. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test as plain } from "@playwright/test";

export const test = plain.extend<{ console: Page }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from it which fixtures are wanted
  baseURL: async ({}, use) => use(process.env.CRUCIBLE_CONSOLE_URL),
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
