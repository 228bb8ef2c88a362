/** What stands where a run will be: the last ones, and a word for whoever is here for the first time. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Problem } from "../api/problem";
import { recentQuery } from "../api/queries";
import type { EvaluationSummary } from "../api/types";
import { shown } from "../app/commands";
import { Dot } from "../app/Dot";
import { Refusal } from "../app/State";
import { Hostile } from "../text/Hostile";
import { nameOf } from "../words/names";
import { inBrief, toneOf } from "../words/outcomes";
import { Ago } from "../words/times";
import { seconds } from "../words/units";
import classes from "./Recent.module.css";

export function Recent() {
  const { data, error, isPending, refetch } = useQuery(recentQuery);
  return (
    <div className={classes.recent}>
      <div className={classes.hello}>
        <h2>Nothing runs here yet</h2>
        <p>
          Press <kbd>{shown("mod+Enter").join(" ")}</kbd> to run the program in a sandbox that assumes it is
          hostile. What it prints, uses, leaves and tries to do appears here as it happens.
        </p>
      </div>
      {error instanceof Problem && <Refusal problem={error} retry={() => void refetch()} />}
      {isPending && <div className={classes.room} role="status" aria-label="Loading recent evaluations" />}
      {data && data.length > 0 && (
        <section aria-labelledby="recent">
          <h3 id="recent" className={classes.title}>
            Recent
          </h3>
          <ul className={classes.list}>
            {data.map((evaluation) => (
              <li key={evaluation.id}>
                <Link to="/evaluations/$id" params={{ id: evaluation.id }} className={classes.item}>
                  <Dot tone={toneOf(evaluation)} />
                  <span className={classes.outcome}>{inBrief(evaluation)}</span>
                  <Name of={evaluation} />
                  <span className={classes.took}>
                    {evaluation.usage && seconds(evaluation.usage.wall_seconds)}
                  </span>
                  <span className={classes.when}>
                    <Ago at={evaluation.timing.queued} />
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Name({ of }: { of: EvaluationSummary }) {
  const { words, code } = nameOf(of);
  return (
    <span className={classes.name} data-code={code || undefined}>
      <Hostile>{words}</Hostile>
    </span>
  );
}
