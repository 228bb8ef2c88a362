import { expect, test } from "vitest";
import { type Layout, layOut, type Node } from "./layout";

const SIZE = { along: 100, across: 40, alongGap: 50, acrossGap: 10 };

const DIAMOND: Node[] = [
  { name: "fetch", needs: [] },
  { name: "left", needs: ["fetch"] },
  { name: "right", needs: ["fetch"] },
  { name: "join", needs: ["left", "right", "fetch"] },
];

function layerOf(layout: Layout, name: string): number {
  return layout.places.find((place) => place.name === name)?.layer ?? Number.NaN;
}

/** How often two lines between the same layers cross. */
function crossings(layout: Layout): number {
  const steps = layout.lines.flatMap(({ points }) =>
    points.slice(1).map((point, index) => [points[index] ?? point, point] as const),
  );
  let found = 0;
  steps.forEach(([a, b], index) => {
    for (const [c, d] of steps.slice(index + 1))
      if (a[0] === c[0] && b[0] === d[0] && (a[1] - c[1]) * (b[1] - d[1]) < 0) found += 1;
  });
  return found;
}

test("a stage stands behind all that it needs", () => {
  const layout = layOut(DIAMOND, SIZE);
  expect(["fetch", "left", "right", "join"].map((name) => layerOf(layout, name))).toEqual([0, 1, 1, 2]);
  for (const { from, to } of layout.lines) expect(layerOf(layout, from)).toBeLessThan(layerOf(layout, to));
  expect(layout.along).toBe(3 * 100 + 2 * 50);
});

test("no two stages lie over each other, and all of them within the drawing", () => {
  const nodes: Node[] = Array.from({ length: 40 }, (_, at) => ({
    name: `s${at}`,
    needs: [Math.floor(at / 3), at - 7].filter((need) => need >= 0 && need < at).map((need) => `s${need}`),
  }));
  const { places, across, along } = layOut(nodes, SIZE);
  expect(places).toHaveLength(40);
  places.forEach((one, index) => {
    expect(one.across).toBeGreaterThanOrEqual(0);
    expect(one.across + SIZE.across).toBeLessThanOrEqual(across + 0.001);
    expect(one.along + SIZE.along).toBeLessThanOrEqual(along);
    for (const other of places.slice(index + 1))
      if (other.layer === one.layer)
        expect(Math.abs(other.across - one.across)).toBeGreaterThanOrEqual(SIZE.across);
  });
});

test("a line over several layers goes by the stages in between", () => {
  const { lines, places } = layOut(DIAMOND, SIZE);
  const long = lines.find((line) => line.from === "fetch" && line.to === "join");
  expect(long?.points).toHaveLength(4);
  const [, by] = long?.points[1] ?? [];
  for (const place of places.filter((one) => one.layer === 1))
    expect(by !== undefined && by > place.across && by < place.across + SIZE.across).toBe(false);
});

test("what hangs together is drawn together: lines that need not cross do not", () => {
  const nodes: Node[] = [
    ...["a", "b", "c", "d"].map((name) => ({ name, needs: [] })),
    ...["d", "c", "b", "a"].map((need) => ({ name: `of-${need}`, needs: [need] })),
  ];
  expect(crossings(layOut(nodes, SIZE))).toBe(0);
});

test("a circle and an unknown need are drawn as far as they go, and never for ever", () => {
  const { places, lines } = layOut(
    [
      { name: "a", needs: ["b", "nowhere"] },
      { name: "b", needs: ["a"] },
      { name: "self", needs: ["self"] },
    ],
    SIZE,
  );
  expect(places).toHaveLength(3);
  expect(lines).toHaveLength(1);
});

test("nothing takes no room", () => {
  expect(layOut([], SIZE)).toMatchObject({ places: [], lines: [], across: 0 });
});
