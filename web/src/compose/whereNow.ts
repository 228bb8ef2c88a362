/** Where a line of a program that ran stands in the draft: it may have been edited since, or be another program. */
export function whereNow(ran: string, now: string, line: number): number | null {
  const sought = ran.split("\n")[line - 1]?.trim();
  if (!sought) return null;
  let nearest: number | null = null;
  now.split("\n").forEach((text, index) => {
    const found = index + 1;
    if (text.trim() !== sought) return;
    if (nearest === null || Math.abs(found - line) < Math.abs(nearest - line)) nearest = found;
  });
  return nearest;
}
