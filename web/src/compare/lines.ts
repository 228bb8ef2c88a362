/**
 * The difference of two texts by lines: E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), greedy
 * and forward. Where they differ in more than a page could show, the middle is told as replaced as a whole, since
 * time and memory grow with the square of the differences.
 */

export interface Pair {
  left: string | null;
  right: string | null;
  /** Line numbers from 1, of the side that has the line. */
  leftNumber: number;
  rightNumber: number;
  same: boolean;
}

export interface Skipped {
  skipped: number;
}

const MOST_DIFFERENCES = 1_500;
export const MOST_LINES = 20_000;

export function difference(left: string, right: string): Pair[] {
  const a = linesOf(left);
  const b = linesOf(right);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const middle = myers(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const pairs: Pair[] = [];
  for (let index = 0; index < start; index += 1) pairs.push(equal(a, index, index));
  for (const [leftAt, rightAt] of middle) {
    const l = leftAt === null ? null : leftAt + start;
    const r = rightAt === null ? null : rightAt + start;
    if (l !== null && r !== null) pairs.push(equal(a, l, r));
    else {
      pairs.push({
        left: l === null ? null : (a[l] ?? ""),
        right: r === null ? null : (b[r] ?? ""),
        leftNumber: (l ?? -1) + 1,
        rightNumber: (r ?? -1) + 1,
        same: false,
      });
    }
  }
  for (let index = end; index > 0; index -= 1) pairs.push(equal(a, a.length - index, b.length - index));
  return beside(pairs);
}

/** Leaves out what is the same, but for some lines around each difference. */
export function onlyDifferences(pairs: readonly Pair[], around: number): (Pair | Skipped)[] {
  const shown = new Uint8Array(pairs.length);
  pairs.forEach((pair, index) => {
    if (!pair.same) shown.fill(1, Math.max(0, index - around), index + around + 1);
  });
  const found: (Pair | Skipped)[] = [];
  pairs.forEach((pair, index) => {
    const last = found.at(-1);
    if (shown[index]) found.push(pair);
    else if (last && "skipped" in last) last.skipped += 1;
    else found.push({ skipped: 1 });
  });
  return found;
}

/** Whether a text has more lines than are looked at. */
export function isCut(text: string): boolean {
  const lines = text.split("\n", MOST_LINES + 2);
  return lines.length > MOST_LINES + 1 || (lines[MOST_LINES] ?? "") !== "";
}

function linesOf(text: string): string[] {
  const lines = text.split("\n", MOST_LINES);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function equal(a: readonly string[], left: number, right: number): Pair {
  return { left: a[left] ?? "", right: a[left] ?? "", leftNumber: left + 1, rightNumber: right + 1, same: true };
}

/** Puts what was removed and what was added in its place next to each other. */
function beside(pairs: readonly Pair[]): Pair[] {
  const found: Pair[] = [];
  let free = 0;
  for (const pair of pairs) {
    if (pair.same) free = found.length + 1;
    const partner =
      pair.left === null ? found.findIndex((one, at) => at >= free && !one.same && one.right === null) : -1;
    const waiting = found[partner];
    if (waiting && pair.right !== null) {
      found[partner] = { ...waiting, right: pair.right, rightNumber: pair.rightNumber };
      free = partner + 1;
    } else found.push(pair);
  }
  return found;
}

type Step = [left: number | null, right: number | null];

function myers(a: readonly string[], b: readonly string[]): Step[] {
  const most = Math.min(a.length + b.length, MOST_DIFFERENCES);
  const furthest = new Map<number, number>([[1, 0]]);
  const trail: Map<number, number>[] = [];
  for (let distance = 0; distance <= most; distance += 1) {
    trail.push(new Map(furthest));
    for (let diagonal = -distance; diagonal <= distance; diagonal += 2) {
      const down = (furthest.get(diagonal + 1) ?? -1) > (furthest.get(diagonal - 1) ?? -1);
      let x =
        diagonal === -distance || (diagonal !== distance && down)
          ? (furthest.get(diagonal + 1) ?? 0)
          : (furthest.get(diagonal - 1) ?? 0) + 1;
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x += 1;
      furthest.set(diagonal, x);
      if (x >= a.length && x - diagonal >= b.length) return walked(trail, a.length, b.length);
    }
  }
  return [...a.map((_, index): Step => [index, null]), ...b.map((_, index): Step => [null, index])];
}

function walked(trail: readonly Map<number, number>[], lengthA: number, lengthB: number): Step[] {
  const steps: Step[] = [];
  let [x, y] = [lengthA, lengthB];
  for (let distance = trail.length - 1; distance >= 0; distance -= 1) {
    const before = trail[distance] ?? new Map();
    const diagonal = x - y;
    const down =
      diagonal === -distance ||
      (diagonal !== distance && (before.get(diagonal + 1) ?? -1) > (before.get(diagonal - 1) ?? -1));
    const previous = down ? diagonal + 1 : diagonal - 1;
    const fromX = before.get(previous) ?? 0;
    const fromY = fromX - previous;
    while (x > fromX && y > fromY && x > 0 && y > 0) steps.push([--x, --y]);
    if (distance > 0) steps.push(down ? [null, --y] : [--x, null]);
  }
  return steps.reverse();
}
