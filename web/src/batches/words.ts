/** Where a batch is, in words. */
import type { Batch, BatchState, Outcome } from "../api/types";
import { OUTCOME_VALUES } from "../api/vocabulary";
import { OUTCOME_FAULTS, type Tone } from "../words/outcomes";
import { isOver } from "./calls";

export const STATE_WORDS: Record<BatchState, string> = {
  open: "Being handed in",
  running: "Running",
  completed: "Done",
  cancelled: "Stopped",
};

/** What a tab has room for. */
export function howFar(batch: Batch): string {
  const total = totalOf(batch);
  return !isOver(batch.state) && total > 0
    ? `${Math.floor((endedOf(batch) / total) * 100)} %`
    : STATE_WORDS[batch.state];
}

/** As good as the worst of what ended: a batch in which Crucible itself failed says so before anything else. */
export function toneOfBatch(batch: Batch): Tone {
  if (!isOver(batch.state)) return "active";
  if (batch.state === "cancelled") return "user";
  const faults = new Set(outcomesOf(batch).map(([outcome]) => OUTCOME_FAULTS[outcome]));
  return (["crucible", "program", "limit", "user"] as const).find((one) => faults.has(one)) ?? "nobody";
}

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
