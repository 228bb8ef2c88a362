/** Pipelines: read from a file, drawn before they run, followed as they do, stopped; whatever they are called. */
import { expect, expectAccessible, expectNoSidewaysScroll, test } from "./console";

const NAME = `<img src=x onerror="document.title='owned'">\u202etrain`;

const file = (name: string, text: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) });

const TOML = `name = ${JSON.stringify(NAME)}

[[stages]]
name = "fetch"
file = "fetch.py"

[[stages]]
name = "left"
needs = ["fetch"]
inputs = [{ stage = "fetch", path = "numbers.txt" }]
code = "print(sum(map(int, open('numbers.txt'))))"

[[stages]]
name = "right"
needs = ["fetch"]
code = "raise ValueError('<b>odd</b>')"
on_failure = "skip"

[[stages]]
name = "join"
needs = ["left", "right"]
code = "print('never')"
`;

test("a pipeline is read with its files, drawn, run, and each stage told", async ({ console: page }) => {
  test.slow();
  await page.goto("/pipelines");
  await expect(page.getByRole("heading", { name: "Pipelines" })).toBeVisible();
  await expectAccessible(page);
  const choose = async (...files: ReturnType<typeof file>[]) => {
    const choosing = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Choose a file" }).click();
    await (await choosing).setFiles(files);
  };
  await choose(file("pipeline.toml", TOML));
  await expect(page.getByRole("alert", { name: "What is wrong" })).toContainText("which was not chosen");
  await expect(page.getByRole("button", { name: "Run", exact: true })).toBeDisabled();
  await choose(file("pipeline.toml", TOML), file("fetch.py", "open('numbers.txt', 'w').write('1\\n2\\n3\\n')"));
  await expect(page.getByRole("status").filter({ hasText: "4 stages" })).toContainText("Nothing of it has run");
  await expect(page.getByRole("group", { name: "Stages" }).getByRole("button")).toHaveCount(4);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Run", exact: true }).click();

  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/<img src=x.*⟨RLO⟩train/);
  const graph = page.getByRole("group", { name: "Stages" });
  await expect(page.getByRole("status").getByText("Failed", { exact: true })).toBeVisible();
  await expect(graph.getByRole("button", { name: /^fetch/ })).toContainText("Done");
  await expect(graph.getByRole("button", { name: /^right/ })).toContainText("Ended with an error");
  await expect(graph.getByRole("button", { name: /^join/ })).toContainText("Skipped");
  await expectAccessible(page);

  await graph.getByRole("button", { name: /^fetch/ }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(graph.getByRole("button", { name: /^left/ })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(graph.getByRole("button", { name: /^right/ })).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(graph.getByRole("button", { name: /^join/ })).toBeFocused();
  await page.keyboard.press("Enter");
  const stage = page.getByRole("region", { name: "The chosen stage" });
  await expect(stage).toContainText("join");
  await expect(stage).toContainText("right");
  await page.reload();
  await expect(stage.getByRole("heading", { name: "join" })).toBeVisible();
  await graph.getByRole("button", { name: /^left/ }).click();
  await stage.getByRole("link", { name: "Its run" }).click();
  await expect(page.getByRole("log")).toContainText("6");
  await page.goto("/pipelines");
  await expect(page.getByRole("link", { name: /⟨RLO⟩train/ })).toContainText("2 of 4 done");
  await expect(page.locator("main img, main b")).toHaveCount(0);
  expect(await page.title()).not.toBe("owned");
});

test("what the server refuses is said at its stage, and the file stays chosen", async ({ console: page }) => {
  await page.goto("/pipelines");
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose a file" }).click();
  const stages = [
    { name: "a", code: "1", needs: ["nobody"] },
    { name: "b", code: "1", runtime: "cobol" },
  ];
  await (await choosing).setFiles(file("p.json", JSON.stringify({ stages })));
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await expect(page.getByRole("alert", { name: "What is wrong" })).toContainText("needs[0]");
  await expect(page.getByRole("button", { name: /^a Not as it must be/ })).toBeVisible();
});

test("a pipeline is seen as it runs, and stopped", async ({ console: page }) => {
  const made = await page.request.post("/api/v1/pipelines", {
    data: {
      name: "slow",
      stages: [
        { name: "first", code: "import time\ntime.sleep(60)" },
        { name: "second", needs: ["first"], code: "1" },
      ],
    },
  });
  await page.goto(`/pipelines/${(await made.json()).id}`);
  const graph = page.getByRole("group", { name: "Stages" });
  await expect(graph.getByRole("button", { name: /^first/ })).toContainText("Runs");
  await expect(graph.getByRole("button", { name: /^second/ })).toContainText("Waits");
  await page.getByRole("button", { name: "Stop it" }).click();
  await expect(graph.getByRole("button", { name: /^second/ })).toContainText("Stopped");
  await expect(page.getByRole("status").getByText("Stopped", { exact: true }).first()).toBeVisible();
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("a pipeline goes downwards", async ({ console: page }) => {
    const made = await page.request.post("/api/v1/pipelines", {
      data: {
        stages: [
          { name: "first", code: "1" },
          { name: "second", needs: ["first"], code: "1" },
        ],
      },
    });
    await page.goto(`/pipelines/${(await made.json()).id}`);
    const place = (name: RegExp) => page.getByRole("button", { name }).boundingBox();
    await expect(async () => {
      const [first, second] = [await place(/^first/), await place(/^second/)];
      expect(second?.y).toBeGreaterThan((first?.y ?? 0) + (first?.height ?? 0));
    }).toPass();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
  });
});

test("whoever has written none yet begins with an example, which is saved as a file and runs", async ({
  console: page,
}) => {
  await page.goto("/pipelines");
  await page.getByRole("button", { name: "Show an example" }).click();
  await expect(page.getByRole("status").filter({ hasText: "4 stages" })).toContainText("Nothing of it has run");
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save its file" }).click();
  expect((await saving).suggestedFilename()).toBe("pipeline.toml");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  const graph = page.getByRole("group", { name: "Stages" });
  await expect(graph.getByRole("button", { name: /^report Done/ })).toBeVisible();
});
