/** How far the program says that it is: its own word, so it may be wrong, and no verdict. */
import type { Evaluation, Outcome } from "../api/types";
import { Hostile } from "../text/Hostile";
import { count } from "../words/units";
import classes from "./Progress.module.css";

type Told = Pick<NonNullable<Evaluation["progress"]>, "done" | "total" | "message" | "malformed">;

export function Progress({ told, ended }: { told: Told | null; ended: Outcome | null }) {
  if (!told) return null;
  const share = shareOf(told);
  const { malformed = 0 } = told;
  return (
    <section className={classes.progress} aria-label="Progress">
      <p className={classes.words}>
        <span className={classes.message}>
          {told.message ? <Hostile>{told.message}</Hostile> : "How far it says that it is"}
        </span>
        <span className={classes.amount}>{amountOf(told)}</span>
      </p>
      <div
        className={classes.track}
        role="progressbar"
        aria-label="How far the program says that it is"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={share === null ? undefined : Math.round(share * 100)}
        aria-valuetext={amountOf(told) || told.message || "no amount told"}
        data-unknown={(share === null && ended === null) || undefined}
      >
        <span
          data-ended={ended === null ? undefined : ended === "succeeded" ? "well" : "ill"}
          style={{ width: share === null ? undefined : `${share * 100}%` }}
        />
      </div>
      {malformed > 0 && (
        <p className={classes.hint}>
          {count(malformed, "line")} of what it told of its progress could not be read.
        </p>
      )}
    </section>
  );
}

/** Which part is done, from 0 to 1; null where that can't be said. A program may claim more than all. */
export function shareOf({ done, total }: Pick<Told, "done" | "total">): number | null {
  if (done == null || total == null || total <= 0) return null;
  return Math.min(1, Math.max(0, done / total));
}

export function amountOf(told: Pick<Told, "done" | "total">): string {
  if (told.done == null) return "";
  const done = told.done.toLocaleString("en");
  if (told.total == null) return done;
  const share = shareOf(told);
  const percent = share === null ? "" : `, ${Math.floor(share * 100)} %`;
  return `${done} of ${told.total.toLocaleString("en")}${percent}`;
}
