/** What a hostile program can write, name, or say: none of it may become part of the page. */
import { compose, evaluated, expect, headline, output, run, test } from "./console";

const MARKUP = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script><a href="javascript:document.title='owned'">click</a>`;

test("markup in the output is text", async ({ console: page }) => {
  await compose(page, `print(${JSON.stringify(MARKUP)})`);
  await run(page);
  await expect(headline(page, "Succeeded")).toBeVisible();
  await expect(output(page)).toContainText("<img src=x");
  await expect(output(page).locator("img, script, a")).toHaveCount(0);
  expect(await page.title()).not.toBe("owned");
});

test("escapes other than colour stand there, and colour can't hide text", async ({ console: page }) => {
  const code = String.raw`print("\x1b[31mred\x1b[0m \x1b[2Jcleared \x1b]8;;https://evil.example\x07link\x1b]8;;\x07 \x1b]0;title\x07 \x1b[8mconcealed\x1b[0m \x1b[30;40mblack\x1b[0m")`;
  await compose(page, code);
  await run(page);
  await expect(headline(page, "Succeeded")).toBeVisible();
  const log = output(page);
  await expect(log).toContainText("␛[2Jcleared");
  await expect(log).toContainText("␛]8;;https://evil.example");
  await expect(log).toContainText("concealed");
  await expect(log.locator("a")).toHaveCount(0);
  const black = log.getByText("black", { exact: true });
  const [text, back] = await black.evaluate((element) => {
    const style = getComputedStyle(element);
    return [style.color, style.backgroundColor];
  });
  expect(text).not.toBe(back);
});

test("characters that turn or hide text are made visible", async ({ console: page }) => {
  await compose(page, String.raw`print("a\u202eb\u200bc\ufeffd\U000e0041e")`);
  await run(page);
  await expect(output(page)).toContainText("a⟨RLO⟩b⟨ZWSP⟩c⟨BOM⟩d⟨U+E0041⟩e");
});

test("file names and labels are text, and a picture of a hostile file does nothing", async ({ console: page }) => {
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9' onload='document.title="owned"'><script>document.title="owned"</script><image href='/api/v1/evaluations'/></svg>`;
  const id = await evaluated(page, {
    code: `import pathlib\npathlib.Path("<b onclick=x>").write_text("1")\npathlib.Path("evil\\u202egnp.svg").write_text(${JSON.stringify(svg)})\npathlib.Path("page.html").write_text(${JSON.stringify(MARKUP)})`,
    labels: { note: MARKUP.slice(0, 200) },
  });
  const asked: string[] = [];
  await page.goto(`/evaluations/${id}`);
  const files = page.getByRole("region", { name: "Output files" });
  await expect(files).toContainText("<b onclick=x>");
  await expect(files).toContainText("evil⟨RLO⟩gnp.svg");
  page.on("request", (request) => asked.push(request.url()));
  await files.getByRole("button", { name: /evil/ }).click();
  await expect(files.locator("img")).toHaveAttribute("src", /^blob:/);
  await files.getByRole("button", { name: /page.html/ }).click();
  await expect(files.locator("pre")).toContainText("<script>");
  await expect(files.locator("script, iframe")).toHaveCount(0);
  await page.getByText("Record", { exact: true }).click();
  await expect(page.getByRole("article")).toContainText("<img src=x");
  expect(await page.title()).not.toBe("owned");
  expect(asked.filter((url) => url.endsWith("/api/v1/evaluations"))).toEqual([]);
});

test("an error message is text", async ({ console: page }) => {
  await compose(page, `raise ValueError(${JSON.stringify(MARKUP)})`);
  await run(page);
  await expect(page.getByRole("region", { name: "What went wrong" })).toContainText("<img src=x");
  await expect(page.locator("article img")).toHaveCount(0);
});

test("what a parser says of a hostile program is text", async ({ console: page }) => {
  await compose(page, `#error ${MARKUP}\u202e\nint main(void) { return 0; }\n`, { runtime: "c" });
  const line = page.getByRole("status").filter({ hasText: "Line 1" });
  await expect(line).toContainText("<img src=x");
  await expect(line).not.toContainText("\u202e");
  await expect(page.locator("main img, main script")).toHaveCount(0);
  expect(await page.title()).not.toBe("owned");
});

test("what a program says of its progress is text, and no more than all", async ({ console: page }) => {
  const message = `${MARKUP.slice(0, 120)}\u202e`;
  const told = JSON.stringify({ done: 9, total: 4, message });
  await compose(
    page,
    `import os\nos.write(int(os.environ["CRUCIBLE_PROGRESS"]), ${JSON.stringify(told)}.encode() + b"\\nnot json\\n")`,
    { reportsProgress: true },
  );
  await run(page);
  await expect(headline(page, "Succeeded")).toBeVisible();
  const progress = page.getByRole("region", { name: "Progress" });
  await expect(progress).toContainText("<img src=x");
  await expect(progress).toContainText("9 of 4, 100 %");
  await expect(progress.getByRole("progressbar")).toHaveAttribute("aria-valuenow", "100");
  await expect(progress).toContainText("1 line of what it told of its progress could not be read");
  await expect(progress.locator("img")).toHaveCount(0);
  expect(await page.title()).not.toBe("owned");
});

test("a link that was tampered with opens nothing", async ({ console: page }) => {
  await page.goto("/#draft=AAAA");
  await expect(page.getByText("This link holds no draft")).toBeVisible();
});

test("an endless line and a flood are held in a few rows, and said to be cut", async ({ console: page }) => {
  test.slow();
  const code = "import sys\nsys.stdout.write('x' * 3_000_000)\nfor n in range(400_000):\n    print(n, 'y' * 60)";
  await compose(page, code, { limits: { output_bytes: 16 * 1024 * 1024 } });
  await run(page);
  await expect(headline(page, /Printed too much/)).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText("What came after was not kept")).toBeVisible();
  await expect(page.getByText(/earlier lines are in the download/)).toBeVisible();
  expect(await output(page).locator("[data-stream]").count()).toBeLessThan(80);
});
