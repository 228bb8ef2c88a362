import { expect, test } from "vitest";
import type { Submission } from "../api/types";
import { topOf } from "./Curves";
import { ranOutOf, withTwice } from "./more";

test("twice of a limit is given where it was set, and nothing else changes", () => {
  const limits = { wall_seconds: 2, memory_bytes: 64, processes: 9 };
  const submission = { code: "x", limits } as Submission;
  expect(withTwice(submission, "time").limits).toEqual({ wall_seconds: 4, memory_bytes: 64, processes: 9 });
  expect(withTwice(submission, "memory")).toEqual({
    code: "x",
    limits: { wall_seconds: 2, memory_bytes: 128, processes: 9 },
  });
  expect([
    ranOutOf("memory_exceeded"),
    ranOutOf("cpu_exceeded"),
    ranOutOf("nonzero_exit"),
    ranOutOf(null),
  ]).toEqual(["memory", "time", undefined, undefined]);
});

test("a curve's axis ends at the limit, unless all is so far below that it would be a flat line", () => {
  expect(topOf(512, [1, 200])).toBe(512);
  expect(topOf(512, [3, 60, 2])).toBe(128);
  expect(topOf(1, [0.05])).toBe(0.0625);
  expect(topOf(512, [])).toBe(512);
  expect(topOf(1, [1.5])).toBe(1.5);
});
