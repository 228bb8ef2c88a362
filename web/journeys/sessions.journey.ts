/** Sessions: made, worked in from a prompt, files put and taken, and ended; whatever programs call their files. */
import { expect, expectAccessible, test } from "./console";

test("a session is made, worked in, and ended", async ({ console: page }) => {
  await page.goto("/sessions");
  await expect(page.getByRole("heading", { name: "Sessions" })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Make a session" }).click();
  const line = page.getByLabel("A line for the session’s shell");
  await expect(line).toBeVisible();
  await line.fill(
    "printf 'n\\303\\251w\\n' > kept.txt; printf '<b>\\033[2J</b>\\n'; printf '\\342\\200\\256x\\n' >&2; exit 3",
  );
  await line.press("Enter");
  const first = page.getByRole("article", { name: "Line 1" });
  await expect(first).toContainText("exit 3");
  await expect(first).toContainText("<b>␛[2J</b>");
  await expect(first).toContainText("⟨RLO⟩x");
  await expect(first.locator("b")).toHaveCount(0);
  await line.press("ArrowUp");
  await expect(line).toHaveValue(/kept\.txt/);
  await line.fill("cat kept.txt; touch '<img src=x>'");
  await line.press("Enter");
  await expect(page.getByRole("article", { name: "Line 2" })).toContainText("néw");

  const files = page.getByRole("region", { name: "Files" });
  await expect(files).toContainText("<img src=x>");
  await expect(files.locator("img")).toHaveCount(0);
  const downloading = page.waitForEvent("download");
  await files.getByRole("link", { name: "Download kept.txt" }).click();
  expect((await downloading).suggestedFilename()).toBe("kept.txt");
  const choosing = page.waitForEvent("filechooser");
  await files.getByRole("button", { name: "Put files here" }).click();
  await (await choosing).setFiles({ name: "given.txt", mimeType: "text/plain", buffer: Buffer.from("given") });
  await expect(files).toContainText("given.txt");
  await expectAccessible(page);

  await line.fill("echo begun; sleep 60");
  await line.press("Enter");
  await expect(page.getByRole("article", { name: "Line 3" })).toContainText("begun");
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByRole("article", { name: "Line 3" })).toContainText("stopped");

  await line.fill("python3 -c \"import socket; socket.create_connection(('192.0.2.7', 80))\"");
  await line.press("Enter");
  const refused = page.getByRole("region", { name: "Refused attempts" });
  await expect(refused).toContainText("192.0.2.7:80");

  await page.getByRole("button", { name: "End the session" }).click();
  await page.getByRole("button", { name: "End it, and lose its files?" }).click();
  await expect(page.getByText("It is over: as it was asked to.")).toBeVisible();
  await expect(line).toHaveCount(0);
  await page.reload();
  await expect(refused).toContainText("192.0.2.7:80");
});
