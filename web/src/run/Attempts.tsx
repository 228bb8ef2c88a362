/** What the sandbox refused, as it happened. */
import { IconShieldX } from "@tabler/icons-react";
import { useMemo } from "react";
import type { CrucibleEvent, EventOf, SandboxAttempt } from "../api/types";
import { Hostile } from "../text/Hostile";
import { count, seconds } from "../words/units";
import classes from "./Attempts.module.css";

const SHOWN = 100;

const WORDS: Record<SandboxAttempt["action"], string> = {
  system_call: "system call",
  connection: "connection",
};

/** One entry for each thing that was tried; the last event about it counts all of them. */
function attemptsIn(events: readonly CrucibleEvent[]): EventOf<"attempt">[] {
  const found = new Map<string, EventOf<"attempt">>();
  for (const event of events) {
    if (event.kind === "attempt") found.set(JSON.stringify([event.action, event.name, event.detail]), event);
    else if (event.kind === "requeued") found.clear();
  }
  return [...found.values()];
}

export function Attempts({ events }: { events: readonly CrucibleEvent[] }) {
  return <AttemptList attempts={useMemo(() => attemptsIn(events), [events])} />;
}

export function AttemptList({ attempts }: { attempts: readonly SandboxAttempt[] }) {
  if (attempts.length === 0) return null;
  const total = attempts.reduce((sum, attempt) => sum + attempt.count, 0);
  return (
    <section className={classes.attempts} aria-label="Refused attempts">
      <h3 className={classes.title}>
        <IconShieldX size={17} stroke={1.6} aria-hidden />
        The sandbox refused {count(total, "attempt")}
      </h3>
      <ul className={classes.list}>
        {attempts.slice(0, SHOWN).map((attempt) => (
          <li key={JSON.stringify([attempt.action, attempt.name, attempt.detail])}>
            <span className={classes.when}>{seconds(attempt.wall_seconds)}</span>
            <span className={classes.action}>{WORDS[attempt.action] ?? attempt.action}</span>
            <code className={classes.name}>
              <Hostile>{attempt.name}</Hostile>
            </code>
            <code className={classes.detail}>
              <Hostile>{attempt.detail}</Hostile>
            </code>
            {attempt.count > 1 && (
              <span className={classes.times}>{attempt.count.toLocaleString("en")} times</span>
            )}
          </li>
        ))}
      </ul>
      {attempts.length > SHOWN && (
        <p className={classes.more}>and {count(attempts.length - SHOWN, "other kind")}</p>
      )}
    </section>
  );
}
