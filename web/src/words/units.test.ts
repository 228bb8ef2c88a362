import { expect, test } from "vitest";
import { bytes, count, seconds } from "./units";

test("durations are told in at most two units", () => {
  expect([0, 0.0423, 1.5, 12.34, 60, 320, 7200, 90_000].map(seconds)).toEqual([
    "0 ms",
    "42 ms",
    "1.5 s",
    "12.3 s",
    "1 min",
    "5 min 20 s",
    "2 h",
    "25 h",
  ]);
});

test("sizes and counts are told as people say them", () => {
  expect([0, 1023, 1536, 512 * 1024 ** 2].map(bytes)).toEqual(["0 B", "1023 B", "1.5 KiB", "512 MiB"]);
  expect([count(1, "line"), count(2000, "line")]).toEqual(["1 line", "2,000 lines"]);
});
