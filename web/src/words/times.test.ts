import { expect, test } from "vitest";
import { ago, until } from "./times";

test("what is to come and what has been are told in the unit that people would take", () => {
  const now = 1_700_000_000_000;
  const seconds = [0.2, 42, 90, 5_000, 200_000];
  expect(seconds.map((one) => until(now + one * 1000, now))).toEqual([
    "now",
    "in 42 s",
    "in 2 min",
    "in 1 h",
    "in 2 d",
  ]);
  expect(seconds.map((one) => ago(now - one * 1000, now))).toEqual([
    "just now",
    "42 s ago",
    "1 min ago",
    "1 h ago",
    "2 d ago",
  ]);
});
