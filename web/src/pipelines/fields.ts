/** Which stage a field is about, and what of it. */
export function stageOf(field: string): { index: number; rest: string } | null {
  const match = /^stages\[(\d+)\]\.?(.*)$/.exec(field);
  return match ? { index: Number(match[1]), rest: match[2] ?? "" } : null;
}
