/** Where a batch is, in words. */
import type { Batch, BatchState, Outcome } from "../api/types";
import { OUTCOME_VALUES } from "../api/vocabulary";

export const STATE_WORDS: Record<BatchState, string> = {
  open: "Being handed in",
  running: "Running",
  completed: "Done",
  cancelled: "Stopped",
};

export function endedOf(batch: Batch): number {
  const statuses = batch.statuses ?? {};
  return (statuses.completed ?? 0) + (statuses.failed ?? 0) + (statuses.cancelled ?? 0);
}

/** How many there are that count: what a retry replaced does not. */
export function totalOf(batch: Batch): number {
  return Object.values(batch.statuses ?? {}).reduce((sum, one) => sum + (one ?? 0), 0);
}

/** The outcomes that occurred, in the order in which outcomes are always told. */
export function outcomesOf(batch: Batch): [Outcome, number][] {
  return OUTCOME_VALUES.flatMap((outcome): [Outcome, number][] => {
    const amount = batch.outcomes?.[outcome] ?? 0;
    return amount > 0 ? [[outcome, amount]] : [];
  });
}
