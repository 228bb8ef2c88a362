import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { LIMIT_BOUNDS } from "../api/vocabulary";
import { exactBytes, parseBytes } from "../words/units";
import { columnOf } from "./check";
import { copyAs, quoted } from "./copyAs";
import { draft, packed, unpacked, wayBack } from "./draft";
import { toDraftFile } from "./files";
import { readLimit } from "./LimitsForm";
import { EMPTY_DRAFT, toDraft, toSubmission } from "./submission";
import { parseTemplate, templates } from "./templates";

const NASTY = `it's "$HOME" \`id\` \\ \n END 'é' 😀`;
const DRAFT = {
  ...EMPTY_DRAFT,
  code: NASTY,
  argv: "one\ntwo words",
  env: [["KEY", NASTY]] as [string, string][],
  limits: { memory_bytes: 64 * 1024 ** 2 },
  stdin: NASTY,
  files: [{ path: "in put.txt", content: "x\n", encoding: "utf-8" as const }],
};

test("a draft survives being handed in and opened again", () => {
  expect(toDraft(toSubmission(DRAFT))).toEqual(DRAFT);
});

test("what was not set is left to the server's defaults", () => {
  expect(toSubmission({ ...EMPTY_DRAFT, code: "1" })).toEqual({ code: "1", runtime: "python" });
});

test("a draft survives its link", async () => {
  expect(await unpacked(await packed(DRAFT))).toEqual(DRAFT);
});

test("what was typed is had back where something else took its place, and a template is nobody's work", () => {
  draft.set(DRAFT);
  const back = wayBack();
  draft.set({ ...EMPTY_DRAFT, ...templates[0]?.draft });
  expect(wayBack()).toBeUndefined();
  back?.run();
  expect(draft.get()).toEqual(DRAFT);
});

test("a link that a stranger wrote is held to the draft's types", async () => {
  const evil = {
    code: { toString: 1 },
    files: [null, { path: 7 }],
    env: "x",
    priority: "root",
    limits: { cpus: "9" },
  };
  expect(await unpacked(await packed(evil as never))).toEqual({
    ...EMPTY_DRAFT,
    files: [
      { path: "", content: "", encoding: "utf-8" },
      { path: "", content: "", encoding: "utf-8" },
    ],
  });
  await expect(unpacked("!!")).rejects.toThrow();
});

test("a link that unfolds without end is refused", async () => {
  await expect(unpacked(await packed({ ...EMPTY_DRAFT, code: "x".repeat(13 * 1024 * 1024) }))).rejects.toThrow(
    /more than/,
  );
});

test("a shell reads each quoted word back as it was", () => {
  for (const word of [NASTY, "", "plain", "-n", "a b", "'"]) {
    expect(execFileSync("bash", ["-c", `printf %s ${quoted(word)}`]).toString()).toBe(word);
  }
});

test("the copied commands are valid where they are to run", () => {
  const submission = toSubmission(DRAFT);
  const curl = copyAs("curl", submission, "http://127.0.0.1:7878", "main.py");
  const echoed = execFileSync("bash", ["-c", `curl() { printf %s "\${@: -1}"; }; ${curl}`]).toString();
  expect(JSON.parse(echoed)).toEqual(submission);
  execFileSync("bash", ["-n", "-c", copyAs("cli", submission, "http://127.0.0.1:7878", "main.py")]);
  const python = copyAs("python", submission, "http://127.0.0.1:7878", "main.py");
  execFileSync("python3", ["-c", "import ast, sys; ast.parse(sys.stdin.read())"], { input: python });
});

test("limits are read in their units and held to the API's bounds", () => {
  const bound = (name: string) => {
    const found = LIMIT_BOUNDS.find((one) => one.name === name);
    if (!found) throw new Error(name);
    return found;
  };
  expect(readLimit(bound("memory_bytes"), "1.5g").value).toBe(1.5 * 1024 ** 3);
  expect(readLimit(bound("memory_bytes"), "1k").error).toBe("at least 16 MiB");
  expect(readLimit(bound("processes"), "1.5").error).toBe("a whole number");
  expect(readLimit(bound("wall_seconds"), "soon").error).toBe("a number");
  expect(readLimit(bound("wall_seconds"), " ").value).toBeNull();
});

test("a size that is edited is never rounded", () => {
  for (const size of [1, 1023, 1024, 1536, 64 * 1024 ** 2, 16777217])
    expect(parseBytes(exactBytes(size))).toBe(size);
});

test("a parser's column is found in text that UTF-16 has in pairs", () => {
  expect([1, 2, 3, 9].map((character) => columnOf("a😀b", character))).toEqual([1, 2, 4, 5]);
});

test("files that are no text are handed in as their bytes", () => {
  expect(toDraftFile("a", new Uint8Array([0xff, 0]))).toEqual({ path: "a", content: "/wA=", encoding: "base64" });
  expect(toDraftFile("a", new TextEncoder().encode("é")).content).toBe("é");
});

test("every template says what it is, and its header is not in the program", () => {
  expect(templates.length).toBeGreaterThan(6);
  for (const template of templates) {
    expect(template.about).not.toBe("");
    expect(template.draft.code).not.toMatch(/^(#|\/\/) (title|about|limits|stdin|progress):/m);
  }
  expect(parseTemplate("x.sh", "# title: T\n# limits: cpus=2\ntrue\n").draft).toEqual({
    runtime: "bash",
    code: "true\n",
    limits: { cpus: 2 },
    stdin: "",
    reportsProgress: false,
  });
});
