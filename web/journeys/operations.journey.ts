/** What keeps the server going, on one page. */
import { expect, expectAccessible, test } from "./console";

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
