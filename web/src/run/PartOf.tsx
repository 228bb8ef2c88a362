/** Whose part a run is, with the way there: a batch's, a pipeline's, or what a schedule started. */
import { Link } from "@tanstack/react-router";
import type { Evaluation } from "../api/types";
import { Hostile } from "../text/Hostile";
import classes from "./PartOf.module.css";

/** The label under which `crucible/schedules/work.py` writes whose time it was. */
const SCHEDULE = "schedule";

export function PartOf({ of }: { of: Evaluation }) {
  const schedule = of.labels[SCHEDULE];
  return (
    <>
      {of.batch_id && (
        <Link to="/batches/$id" params={{ id: of.batch_id }} className={classes.whole}>
          number {((of.batch_position ?? 0) + 1).toLocaleString("en")} of a batch
        </Link>
      )}
      {of.pipeline_id && (
        <Link
          to="/pipelines/$id"
          params={{ id: of.pipeline_id }}
          search={{ stage: of.stage ?? undefined }}
          className={classes.whole}
        >
          stage <Hostile>{of.stage ?? ""}</Hostile> of a pipeline
        </Link>
      )}
      {schedule?.startsWith("sc_") && (
        <Link to="/schedules/$id" params={{ id: schedule }} className={classes.whole}>
          started by a schedule
        </Link>
      )}
      {of.replaced_by && (
        <Link to="/evaluations/$id" params={{ id: of.replaced_by }} className={classes.whole}>
          replaced by a later run
        </Link>
      )}
    </>
  );
}
