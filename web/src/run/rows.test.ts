import { expect, test } from "vitest";
import { MOST_CHARACTERS, MOST_ROWS, Rows, textOf } from "./rows";

function shown(rows: Rows): [string, string][] {
  return Array.from({ length: rows.length }, (_, index) => {
    const row = rows.at(index);
    return row ? [row.stream, textOf(row.line)] : ["", ""];
  });
}

test("streams are told apart, in the order in which they were written", () => {
  const rows = new Rows();
  rows.feed("stdout", "a\nb");
  rows.feed("stderr", "E\n");
  rows.feed("stdout", "c\n");
  expect(shown(rows)).toEqual([
    ["stdout", "a"],
    ["stdout", "b"],
    ["stderr", "E"],
    ["stdout", "c"],
  ]);
});

test("a line that no break has ended is shown, too", () => {
  const rows = new Rows();
  rows.feed("stdout", "no break");
  expect(shown(rows)).toEqual([["stdout", "no break"]]);
  rows.feed("stdout", " yet");
  expect(shown(rows)).toEqual([["stdout", "no break yet"]]);
});

test("100 MB pass through a bounded number of rows and characters", () => {
  const rows = new Rows();
  const megabyte = `${"x".repeat(99)}\n`.repeat(10_000);
  for (let count = 0; count < 100; count += 1) rows.feed("stdout", megabyte);
  expect(rows.length).toBeLessThanOrEqual(MOST_ROWS + 1_001);
  expect(rows.dropped + rows.length).toBe(1_000_000);
  let characters = 0;
  for (let index = 0; index < rows.length; index += 1) characters += rows.at(index)?.line.length ?? 0;
  expect(characters).toBeLessThanOrEqual(MOST_CHARACTERS);
});
