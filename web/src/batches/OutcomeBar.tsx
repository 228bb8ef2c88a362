/** How far a batch is, and whose doing its ends were, as one bar. */
import type { Batch } from "../api/types";
import { OUTCOME_FAULTS, OUTCOME_WORDS } from "../words/outcomes";
import classes from "./OutcomeBar.module.css";
import { endedOf, outcomesOf, totalOf } from "./words";

export function OutcomeBar({ batch }: { batch: Batch }) {
  const total = Math.max(1, totalOf(batch));
  const ended = endedOf(batch);
  return (
    <span
      className={classes.bar}
      role="progressbar"
      aria-label="How many have ended"
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={ended}
      aria-valuetext={`${ended} of ${totalOf(batch)} ended`}
    >
      {outcomesOf(batch).map(([outcome, amount]) => (
        <span
          key={outcome}
          data-tone={OUTCOME_FAULTS[outcome]}
          style={{ width: `${(amount / total) * 100}%` }}
          title={`${OUTCOME_WORDS[outcome]}: ${amount.toLocaleString("en")}`}
        />
      ))}
    </span>
  );
}
