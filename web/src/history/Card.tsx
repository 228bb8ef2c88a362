/** An evaluation in two lines, for a window that is too narrow for columns. */
import { Link } from "@tanstack/react-router";
import type { EvaluationSummary } from "../api/types";
import { Dot } from "../app/Dot";
import { Hostile } from "../text/Hostile";
import { nameOf } from "../words/names";
import { inBrief, toneOf } from "../words/outcomes";
import { Ago } from "../words/times";
import { seconds } from "../words/units";
import classes from "./Card.module.css";
import shared from "./History.module.css";

export function Card({ of }: { of: EvaluationSummary }) {
  const { words, code } = nameOf(of);
  return (
    <Link
      to="/evaluations/$id"
      params={{ id: of.id }}
      className={classes.card}
      aria-label={`${inBrief(of)}, ${of.id}`}
    >
      <span className={classes.line}>
        <Dot tone={toneOf(of)} />
        <span className={classes.outcome}>{inBrief(of)}</span>
        {of.lifecycle === "deleted" && <span className={shared.deleted}>deleted</span>}
        {of.attempt_count ? <span className={shared.refused}>{of.attempt_count} refused</span> : null}
        <span className={classes.amount}>{of.usage && seconds(of.usage.wall_seconds)}</span>
      </span>
      <span className={classes.line}>
        <span className={classes.name} data-code={code || undefined}>
          <Hostile>{words}</Hostile>
        </span>
        <span className={classes.amount}>
          {of.runtime}, <Ago at={of.timing.queued} />
        </span>
      </span>
    </Link>
  );
}
