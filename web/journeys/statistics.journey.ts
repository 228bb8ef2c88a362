import { evaluated, expect, expectAccessible, test } from "./console";

test("statistics count what ended, and lead to what they count", async ({ console: page }) => {
  await evaluated(page, { code: "raise SystemExit(9)" });
  await evaluated(page, { code: "print(1)" });
  await page.goto("/statistics?hours=1");
  await expect(page.getByRole("group", { name: /Outcomes over time/ })).toBeVisible();
  await expectAccessible(page);
  await page
    .getByRole("region", { name: "Outcomes", exact: true })
    .getByRole("link", { name: /Ended with an error/ })
    .click();
  await expect(page).toHaveURL(/nonzero_exit/);
  await expect(page.getByRole("table")).toContainText("Ended with an error");
  await page.goBack();
  const bar = page
    .getByRole("group", { name: /Outcomes over time/ })
    .getByRole("link")
    .last();
  await bar.focus();
  await expect(page.getByText(/: \d.* nothing went wrong/)).toBeVisible();
  await bar.press("Enter");
  await expect(page).toHaveURL(/since=.*until=/);
  await expect(page.getByRole("row").nth(1)).toBeVisible();
  await page.getByRole("button", { name: /^Any time instead of from/ }).click();
  await expect(page).not.toHaveURL(/since=/);
});

test("the debug overlay is asked for in the address, and remembered for the tab", async ({ console: page }) => {
  await page.goto("/evaluations?debug=true");
  const overlay = page.getByRole("complementary", { name: "Debug" });
  await expect(overlay).toContainText("GET /evaluations");
  await page.goto("/statistics");
  await expect(overlay).toBeVisible();
  await expectAccessible(page);
  await overlay.getByRole("button", { name: "Close the debug overlay" }).click();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Statistics" })).toBeVisible();
  await expect(overlay).toHaveCount(0);
});
