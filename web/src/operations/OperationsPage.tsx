/** What keeps the server going: what waits and who works, what it can isolate by, and what it had to give up. */
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { Problem } from "../api/problem";
import { enginesQuery, statisticsQuery } from "../api/queries";
import type { Engine, Statistics } from "../api/types";
import { Refusal } from "../app/State";
import { Hostile } from "../text/Hostile";
import { Ago } from "../words/times";
import { DeadLetters } from "./DeadLetters";
import classes from "./Operations.module.css";
import { Panel } from "./Panel";
import shared from "./Statistics.module.css";
import { Workers } from "./Workers";

export function OperationsPage() {
  const { data, error, refetch } = useQuery(statisticsQuery(1));
  const engines = useQuery(enginesQuery);
  useEffect(() => {
    document.title = "Operations · Crucible";
  }, []);
  return (
    <div className={shared.page}>
      <div className={shared.head}>
        <h1 className={shared.title}>Operations</h1>
      </div>
      {error instanceof Problem && !data ? (
        <Refusal problem={error} retry={() => void refetch()} />
      ) : (
        <div className={shared.columns}>
          <Panel title="Queue" note="what waits now, by priority">
            {data ? <Queue queue={data.queue ?? []} /> : <div className={classes.room} />}
          </Panel>
          <Workers />
        </div>
      )}
      <DeadLetters />
      <Panel title="Engines" note="what a program can be isolated by">
        {engines.data ? (
          <ul className={classes.engines}>
            {engines.data.map((engine) => (
              <EngineRow key={engine.name} engine={engine} />
            ))}
            {engines.data.length === 0 && <li className={shared.none}>No executor has told of any yet.</li>}
          </ul>
        ) : (
          <p className={shared.none}>They are being tried out.</p>
        )}
      </Panel>
    </div>
  );
}

function Queue({ queue }: { queue: NonNullable<Statistics["queue"]> }) {
  const most = Math.max(1, ...queue.map((one) => one.count));
  return (
    <ul className={shared.list}>
      {queue.map((one) => (
        <li key={one.priority} className={shared.item}>
          <span className={shared.name}>{one.priority}</span>
          <span className={shared.track} aria-hidden>
            <span data-tone="active" style={{ width: `${(one.count / most) * 100}%` }} />
          </span>
          <span className={shared.amount}>{one.count.toLocaleString("en")}</span>
          <span className={shared.note}>
            {one.oldest ? (
              <>
                oldest: <Ago at={one.oldest} />
              </>
            ) : (
              "empty"
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

function EngineRow({ engine }: { engine: Engine }) {
  return (
    <li className={classes.engine}>
      <span className={classes.dot} data-on={engine.available || undefined} aria-hidden />
      <span className={classes.engineName}>
        {engine.name}
        {engine.default && <span className={classes.mark}>the default</span>}
      </span>
      <span className={classes.quiet}>{engine.isolation}</span>
      <span className={classes.reason}>
        {engine.available ? (
          engine.sessions ? (
            "programs and sessions"
          ) : (
            "programs"
          )
        ) : (
          <Hostile>{engine.reason ?? "not here"}</Hostile>
        )}
      </span>
    </li>
  );
}
