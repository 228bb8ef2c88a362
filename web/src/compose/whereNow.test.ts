import { expect, test } from "vitest";
import { whereNow } from "./whereNow";

const RAN = "import os\n\nfor _ in range(3):\n    pass\nraise ValueError\n    pass\n";

test("a line is where it was, or the nearest like it once others came or went", () => {
  expect(whereNow(RAN, RAN, 5)).toBe(5);
  expect(whereNow(RAN, `# a comment\n${RAN}`, 5)).toBe(6);
  expect(whereNow(RAN, RAN.replace("raise", "    raise"), 5)).toBe(5);
  expect(whereNow(RAN, `pass\n\n\n\n${RAN}`, 6)).toBe(8);
});

test("what isn't there any more is nowhere, and neither is a line that says nothing", () => {
  expect(whereNow(RAN, "print('another program')\n", 5)).toBeNull();
  expect(whereNow(RAN, RAN, 2)).toBeNull();
  expect(whereNow(RAN, RAN, 99)).toBeNull();
});
