import { expect, test } from "vitest";
import { difference, isCut, MOST_LINES, onlyDifferences, type Pair } from "./lines";

const sides = (pairs: Pair[]) => [
  pairs
    .filter((pair) => pair.left !== null)
    .map((pair) => pair.left)
    .join("\n"),
  pairs
    .filter((pair) => pair.right !== null)
    .map((pair) => pair.right)
    .join("\n"),
];

test("each side can be read back whole, whatever the texts are", () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % below;
  };
  for (let round = 0; round < 300; round += 1) {
    const text = () => Array.from({ length: random(12) }, () => "abc"[random(3)]).join("\n");
    const [left, right] = [text(), text()];
    const pairs = difference(left, right);
    expect(sides(pairs)).toEqual([left, right]);
    for (const pair of pairs) if (pair.same) expect(pair.left).toBe(pair.right);
  }
});

test("what was changed stands beside what it was", () => {
  expect(difference("a\nold\nc\n", "a\nnew\nc\n").filter((pair) => !pair.same)).toEqual([
    { left: "old", right: "new", leftNumber: 2, rightNumber: 2, same: false },
  ]);
});

test("the shortest way is found", () => {
  const pairs = difference("a\nb\nc\na\nb\nb\na", "c\nb\na\nb\na\nc");
  expect(pairs.filter((pair) => pair.same).length).toBe(4);
});

test("large texts that have nothing in common are told in bounded time", () => {
  const text = (name: string) => Array.from({ length: 15_000 }, (_, index) => `${name}${index}`).join("\n");
  expect(difference(text("l"), text("r")).length).toBeGreaterThanOrEqual(15_000);
});

test("what is the same is left out but for its surroundings", () => {
  const left = Array.from({ length: 20 }, (_, index) => `${index}`).join("\n");
  const shown = onlyDifferences(difference(left, left.replace("\n10\n", "\nten\n")), 2);
  expect(shown[0]).toEqual({ skipped: 8 });
  expect(shown.length).toBe(7);
  expect(shown.at(-1)).toEqual({ skipped: 7 });
});

test("a text of more lines than are looked at says so", () => {
  expect(isCut("x\n".repeat(MOST_LINES))).toBe(false);
  expect(isCut(`${"x\n".repeat(MOST_LINES)}y`)).toBe(true);
});
