import { expect, test } from "vitest";
import type { EvaluationSummary } from "../api/types";
import { nameOf } from "../words/names";
import { toCsv, toJsonLines } from "./exported";
import { isNarrowed, isTyped, parseFilter, toQuery } from "./filter";
import { wantsMore } from "./list";

test("an address that anybody may have written is read as a filter, or not at all", () => {
  expect(
    parseFilter({ outcome: ["timed_out", "root"], status: "running", text: 7, within: "2y", label: ["", 3] }),
  ).toEqual({
    outcome: ["timed_out"],
    status: ["running"],
    text: "7",
  });
  expect(parseFilter({})).toEqual({});
});

test("pages of one list ask from the same moment", () => {
  const filter = { within: "1h" } as const;
  const at = Date.parse("2026-11-25T12:00:10Z");
  expect(toQuery(filter, at).since).toBe("2026-11-25T11:00:00.000Z");
  expect(toQuery(filter, at + 40_000).since).toBe(toQuery(filter, at).since);
});

test("columns alone narrow nothing", () => {
  expect(isNarrowed({ columns: ["id"] })).toBe(false);
  expect(isNarrowed({ text: "x" })).toBe(true);
});

const ONE = {
  id: "ev_1",
  status: "completed",
  error: '=HYPERLINK("http://evil.example")',
  runtime: "python3.13",
  priority: "normal",
  labels: { a: 'quote " and, comma' },
  timing: { queued: "2026-11-25T12:00:00Z" },
} as unknown as EvaluationSummary;

test("no cell of an export is a formula, and quotes survive", () => {
  const [, row] = toCsv([ONE]).split("\r\n");
  expect(row).toContain(`"'=HYPERLINK(""http://evil.example"")"`);
  expect(JSON.parse(toJsonLines([ONE]))).toEqual(ONE);
});

test("a window of fifty rows or more doesn't ask for a second page before it is scrolled", () => {
  expect(wantsMore(60, 100, false)).toBe(false);
  expect(wantsMore(60, 100, true)).toBe(true);
  expect(wantsMore(99, 100, false)).toBe(true);
  expect(wantsMore(30, 100, true)).toBe(false);
});

test("a run is called what people called it, or else what it begins with", () => {
  const bare = { ...ONE, labels: {}, first_line: "# HumanEval/3" };
  expect(nameOf(bare)).toEqual({ words: "# HumanEval/3", code: true });
  expect(nameOf({ ...bare, note: "the odd one" })).toEqual({ words: "the odd one", code: false });
  expect(nameOf({ ...bare, labels: { seed: "7", kept: "" }, note: "x" }).words).toBe("seed=7  kept");
  expect(nameOf({ ...bare, first_line: null }).words).toBe("ev_1");
});

test("what is typed follows from what was there, what is chosen does not", () => {
  expect(isTyped({ text: "a" }, { text: "ab", label: ["x"] })).toBe(true);
  expect(isTyped({ text: "a" }, { text: "a", attempted: true })).toBe(false);
  expect(isTyped({ outcome: ["succeeded"] }, {})).toBe(false);
});
