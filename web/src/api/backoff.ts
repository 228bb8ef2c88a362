/** How long to wait before asking again: longer each time, with jitter, so that many pages don't ask at once. */

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return ceiling / 2 + (ceiling / 2) * random();
}
