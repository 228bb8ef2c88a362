/** What an evaluation is called where it stands among others. */
import type { EvaluationSummary } from "../api/types";

type Named = Pick<EvaluationSummary, "id" | "labels" | "note" | "stage" | "first_line">;

/** What tells it from its neighbours: what people called it, or else what it begins with. */
export function nameOf(of: Named): { words: string; code: boolean } {
  const labels = Object.entries(of.labels).map(([key, value]) => (value ? `${key}=${value}` : key));
  const given = labels.join("  ") || of.note || of.stage;
  if (given) return { words: given, code: false };
  return { words: of.first_line ?? of.id, code: true };
}
