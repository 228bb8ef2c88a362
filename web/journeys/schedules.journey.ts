/** Schedules: made of the workbench's program, read as they are typed, made another, paused, run, and deleted. */
import { command, compose, expect, expectAccessible, expectNoSidewaysScroll, headline, test } from "./console";

/** Made before the others run, so that a whole minute need not be waited for after them. */
let minutely = "";

test.describe.configure({ mode: "default" });
test.beforeAll(async () => {
  const made = await fetch(`${process.env.CRUCIBLE_CONSOLE_URL}/api/v1/schedules`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ name: "each minute", cron: "* * * * *", submission: { code: "print('fired')" } }),
  });
  minutely = (await made.json()).id;
});

const NAME = `<img src=x onerror="document.title='owned'">\u202enightly`;

test("a schedule is made, read, made another, paused and deleted", async ({ console: page }) => {
  test.slow();
  await compose(page, "print('of the workbench')");
  await command(page, "program run at times");
  await expect(page.getByRole("heading", { name: "A new schedule" })).toBeVisible();
  const line = page.getByLabel("Cron line");
  await line.fill("30 6 * * MON-FRI");
  await expect(page.getByText("At 06:30 on Monday to Friday")).toBeVisible();
  await page.getByLabel("Time zone").fill("Europe/Berlin");
  const times = page.getByRole("list", { name: "Next times" });
  await expect(times.getByRole("listitem")).toHaveCount(5);
  await expect(times).toContainText("06:30");
  await line.fill("0 0 30 2 *");
  await expect(page.getByText("ever fires", { exact: false }).first()).toBeVisible();
  await page.getByRole("button", { name: "Nightly" }).click();
  await expect(page.getByText("At 02:00 every day")).toBeVisible();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill(NAME);
  await expect(page.locator(".view-lines")).toContainText("of the workbench");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Make the schedule" }).click();

  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/<img src=x.*⟨RLO⟩nightly/);
  await expect(page.getByRole("region", { name: "Next times" }).getByRole("listitem")).toHaveCount(5);
  await expect(page.getByRole("region", { name: "Fired" })).toContainText("It has not fired yet");
  await expect(page.locator("main img")).toHaveCount(0);
  await expectAccessible(page);
  const address = page.url();

  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByRole("status").getByText("Paused", { exact: true })).toBeVisible();
  await expect(page.getByText("It misses nothing meanwhile")).toBeVisible();
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("Of times that were missed").selectOption("all");
  await page.getByLabel("Cron line").fill("*/10 * * * *");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("region", { name: "When", exact: true })).toContainText("Every 10 minutes");
  await expect(page.getByRole("region", { name: "When", exact: true })).toContainText(
    "each runs, up to the last 100",
  );
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(page.getByRole("status").getByText("Fires", { exact: true })).toBeVisible();

  await page.getByRole("button", { name: "Run it now" }).click();
  await expect(headline(page, "Succeeded")).toBeVisible();
  await page.goto("/schedules");
  const row = page.getByRole("link", { name: /⟨RLO⟩nightly/ });
  await expect(row).toContainText("Every 10 minutes");
  await expectAccessible(page);
  await page.goto(address);
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete it for good?" }).click();
  await expect(page).toHaveURL(/\/schedules$/);
  await expect(row).toHaveCount(0);
  expect(await page.title()).not.toBe("owned");
});

test("what the server refuses of a schedule's program is said at the program, and nothing typed is lost", async ({
  console: page,
}) => {
  await compose(page, "print(1)", { env: [["NOT A NAME", "x"]] });
  await page.goto("/schedules/new");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("nightly");
  await page.getByRole("button", { name: "Make the schedule" }).click();
  const program = page.getByRole("region", { name: "Program" });
  await expect(program.getByRole("alert")).toContainText("NOT A NAME");
  await expect(page.getByLabel("variable 1, name")).toHaveValue("NOT A NAME");
  await expect(page.getByRole("textbox", { name: "Name", exact: true })).toHaveValue("nightly");
});

test("a schedule that is not there is said to be not there", async ({ console: page }) => {
  await page.goto("/schedules/sc_00000000000000000000000000");
  await expect(page.getByRole("alert").first()).toContainText("there is no schedule");
});

test("a batch is scheduled from a file, shown with its programs, and made another", async ({ console: page }) => {
  await page.goto("/schedules/new");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("the nightly evaluation");
  await page.getByText("A batch", { exact: true }).click();
  const make = page.getByRole("button", { name: "Make the schedule" });
  await expect(make).toBeDisabled();
  const file = (text: string) => ({
    name: "tasks.jsonl",
    mimeType: "application/jsonl",
    buffer: Buffer.from(text),
  });
  const chooser = page.locator("input[type=file]").first();
  await chooser.setInputFiles(file('{"code": "print(1)"}\n{"cod'));
  await expect(page.getByRole("alert", { name: "What is wrong" })).toContainText("line 2");
  await chooser.setInputFiles(file('{"code": "print(1)"}\n{"code": "print(2)", "runtime": "cobol"}\n'));
  await make.click();
  await expect(page.getByRole("alert", { name: "What is wrong" })).toContainText("batch.evaluations[1].runtime");
  await chooser.setInputFiles(file('{"code": "print(1)"}\n{"code": "# <b>two</b>\\nprint(2)"}\n'));
  await expect(page.getByRole("region", { name: "What runs" })).toContainText("a batch of 2 programs");
  await expectAccessible(page);
  await make.click();
  await expect(page.getByRole("region", { name: "Runs" }).getByRole("listitem")).toHaveText([
    "print(1)",
    "# <b>two</b>",
  ]);
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByRole("button", { name: "Weekly" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("region", { name: "Runs" })).toContainText("tasks.jsonl, a batch of 2 programs");
  await page.getByRole("button", { name: "Run it now" }).click();
  await expect(page).toHaveURL(/batches\/ba_/);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("schedules are reached from the menu, and nothing scrolls sideways", async ({ console: page }) => {
    await page.goto("/evaluations");
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Schedules" }).click();
    await expect(page.getByRole("heading", { name: "Schedules" })).toBeVisible();
    await page.getByRole("button", { name: "Make a schedule" }).click();
    await expect(page.getByLabel("Cron line")).toBeVisible();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
  });
});

test("a schedule fires, and what ran for it is linked", async ({ console: page }) => {
  test.slow();
  await page.goto(`/schedules/${minutely}`);
  const firing = page.getByRole("list", { name: "Times at which it fired" }).getByRole("link").first();
  await expect(firing).toContainText("Succeeded", { timeout: 100_000 });
  await firing.click();
  await expect(page.getByRole("log")).toContainText("fired");
});
