/** What keeps the server going: what waits and who works, what it can isolate by, and what it had to give up. */
import { useQuery } from "@tanstack/react-query";
import { Problem } from "../api/problem";
import { enginesQuery, queueQuery } from "../api/queries";
import type { Engine, QueueNow } from "../api/types";
import { Page } from "../app/Page";
import { Refusal } from "../app/State";
import { Hostile } from "../text/Hostile";
import { count, seconds } from "../words/units";
import { DeadLetters } from "./DeadLetters";
import classes from "./Operations.module.css";
import { Panel } from "./Panel";
import shared from "./Statistics.module.css";
import { Storage } from "./Storage";
import { Workers } from "./Workers";

export function OperationsPage() {
  const { data, error, refetch } = useQuery(queueQuery);
  const engines = useQuery(enginesQuery);
  return (
    <Page title="Operations" tab="Operations">
      {error instanceof Problem && !data ? (
        <Refusal problem={error} retry={() => void refetch()} />
      ) : (
        <div className={shared.columns}>
          <Panel title="Queue" note="what waits now, by priority">
            {data ? <Queue queue={data} /> : <div className={classes.room} />}
          </Panel>
          <Workers />
        </div>
      )}
      <DeadLetters />
      <Storage />
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
    </Page>
  );
}

function Queue({ queue }: { queue: QueueNow }) {
  const most = Math.max(1, ...queue.priorities.map((one) => one.waiting + one.delayed + one.running));
  return (
    <>
      <ul className={classes.queue}>
        {queue.priorities.map((one) => (
          <li key={one.priority}>
            <span className={classes.priority}>{one.priority}</span>
            <span className={classes.track} aria-hidden>
              <span data-tone="active" style={{ width: `${(one.running / most) * 100}%` }} />
              <span data-tone="limit" style={{ width: `${((one.waiting + one.delayed) / most) * 100}%` }} />
            </span>
            <span className={classes.load}>
              {one.waiting.toLocaleString("en")} waiting, {one.running.toLocaleString("en")} running
              {one.delayed > 0 && `, ${one.delayed.toLocaleString("en")} for a later attempt`}
            </span>
            <span className={classes.quiet}>
              {one.waiting > 0 && `the oldest for ${seconds(one.oldest_seconds)}`}
            </span>
          </li>
        ))}
      </ul>
      <p className={classes.quiet}>
        {queue.slots_used} of {count(queue.slots, "slot")} in use
        {queue.dead_letters > 0 && `; ${count(queue.dead_letters, "dead letter")} to be decided about`}
      </p>
    </>
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
