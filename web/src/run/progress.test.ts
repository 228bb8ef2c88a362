import { expect, test } from "vitest";
import { amountOf, shareOf } from "./Progress";

test("a bar never shows less than nothing or more than all, whatever the program claims", () => {
  const shares = [
    [1, 4],
    [9, 4],
    [-1, 4],
    [1, 0],
    [1, null],
    [null, null],
  ].map(([done = null, total = null]) => shareOf({ done, total }));
  expect(shares).toEqual([0.25, 1, 0, null, null, null]);
});

test("what was told is said as it was told", () => {
  expect(amountOf({ done: 1200, total: 4800 })).toBe("1,200 of 4,800, 25 %");
  expect(amountOf({ done: 9, total: 4 })).toBe("9 of 4, 100 %");
  expect(amountOf({ done: 3, total: null })).toBe("3");
  expect(amountOf({ done: null, total: null })).toBe("");
});
