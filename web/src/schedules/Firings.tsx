/** When a schedule fired, the last time first, and what became of what ran for it. */
import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { Problem } from "../api/problem";
import type { EvaluationSummary, Firing, Schedule } from "../api/types";
import { Dot } from "../app/Dot";
import { Refusal } from "../app/State";
import { Panel } from "../operations/Panel";
import { inBrief, toneOf } from "../words/outcomes";
import { seconds } from "../words/units";
import { firingsQuery, runsQuery } from "./calls";
import classes from "./Schedules.module.css";
import { inZone } from "./words";

export function Firings({ schedule }: { schedule: Schedule }) {
  const query = useInfiniteQuery(firingsQuery(schedule.id));
  const { data: runs } = useQuery(runsQuery(schedule.id));
  const known = useMemo(() => new Map(runs?.map((run) => [run.id, run])), [runs]);
  const firings = query.data?.pages.flatMap((page) => page.items);
  return (
    <Panel title="Fired" note="the last time first">
      {query.error instanceof Problem && !firings ? (
        <Refusal problem={query.error} retry={() => void query.refetch()} />
      ) : firings?.length === 0 ? (
        <p className={classes.quiet}>It has not fired yet.</p>
      ) : (
        <ol className={classes.firings} aria-label="Times at which it fired">
          {firings?.map((firing) => (
            <Line
              key={firing.fire_at}
              firing={firing}
              zone={schedule.time_zone}
              run={firing.evaluation_id ? known.get(firing.evaluation_id) : undefined}
            />
          ))}
        </ol>
      )}
      {query.hasNextPage && (
        <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      )}
    </Panel>
  );
}

function Line(given: { firing: Firing; zone: string; run: EvaluationSummary | undefined }) {
  const { firing, zone, run } = given;
  const when = <span>{inZone(firing.fire_at, zone)}</span>;
  const whole = firing.batch_id ?? firing.pipeline_id;
  if (whole)
    return (
      <li>
        <Link to={firing.batch_id ? "/batches/$id" : "/pipelines/$id"} params={{ id: whole }}>
          {when}
          <span className={classes.verdict}>{firing.batch_id ? "its batch" : "its pipeline"}</span>
        </Link>
      </li>
    );
  if (!firing.evaluation_id)
    return (
      <li className={classes.skipped}>
        {when}
        <span>missed, and skipped</span>
      </li>
    );
  return (
    <li>
      <Link to="/evaluations/$id" params={{ id: firing.evaluation_id }}>
        {when}
        <span className={classes.verdict}>
          <Dot tone={run ? toneOf(run) : "quiet"} />
          {run ? inBrief(run) : "its run"}
        </span>
        <span className={classes.quiet}>{run?.usage ? seconds(run.usage.wall_seconds) : ""}</span>
      </Link>
    </li>
  );
}
