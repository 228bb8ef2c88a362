import { expect, test } from "vitest";
import type { Statistics } from "../api/types";
import { barsOf } from "./Bars";
import { totalsOf } from "./StatisticsPage";

const STATISTICS = {
  since: "2026-11-25T12:00:00Z",
  until: "2026-11-25T12:59:00Z",
  interval_seconds: 300,
  intervals: [
    { start: "2026-11-25T12:00:00Z", outcomes: { succeeded: 2, timed_out: 1, memory_exceeded: 1 } },
    { start: "2026-11-25T12:55:00Z", outcomes: { succeeded: 3 } },
  ],
} as unknown as Statistics;

test("a time in which nothing happened is a bar of nothing", () => {
  const bars = barsOf(STATISTICS);
  expect(bars.length).toBe(12);
  expect(bars[0]?.faults).toEqual({ nobody: 2, limit: 2 });
  expect(bars.slice(1, 11).every((bar) => bar.total === 0)).toBe(true);
  expect(bars[11]?.total).toBe(3);
});

test("totals are of all intervals", () => {
  expect(totalsOf(STATISTICS)).toEqual({ succeeded: 5, timed_out: 1, memory_exceeded: 1 });
});
