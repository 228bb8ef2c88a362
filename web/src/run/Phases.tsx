/** Where the time went: waiting in the queue, making the sandbox, running. It counts while it lasts. */

import { useEffect, useState } from "react";
import type { Evaluation } from "../api/types";
import { seconds } from "../words/units";
import classes from "./Phases.module.css";
import type { Snapshot } from "./record";

interface Phase {
  name: string;
  seconds: number;
  going: boolean;
}

export function Phases({ snapshot, evaluation }: { snapshot: Snapshot; evaluation: Evaluation | undefined }) {
  const going = snapshot.finished === null;
  const now = useFrames(going);
  const phases = phasesOf(snapshot, evaluation, now);
  const total = phases.reduce((sum, phase) => sum + phase.seconds, 0);
  return (
    <div className={classes.phases}>
      <div className={classes.bar} aria-hidden>
        {phases.map((phase) => (
          <span
            key={phase.name}
            className={classes.part}
            data-phase={phase.name}
            data-going={phase.going || undefined}
            style={{ flexGrow: Math.max(phase.seconds / (total || 1), 0.004) }}
          />
        ))}
      </div>
      <dl className={classes.legend}>
        {phases.map((phase) => (
          <div key={phase.name} data-phase={phase.name}>
            <dt>{phase.name}</dt>
            <dd>{seconds(phase.seconds)}</dd>
          </div>
        ))}
        <div className={classes.total}>
          <dt>{going ? "elapsed" : "in all"}</dt>
          <dd>{seconds(total)}</dd>
        </div>
      </dl>
    </div>
  );
}

/** The events' moments are the server's; the usage's wall time is the program's own, so what is between is the start. */
function phasesOf(snapshot: Snapshot, evaluation: Evaluation | undefined, now: number): Phase[] {
  const queued = momentOf(
    evaluation?.timing.queued ?? snapshot.events.find((event) => event.kind === "queued")?.at,
  );
  if (queued === null) return [];
  const started = momentOf(snapshot.started?.at ?? evaluation?.timing.started);
  const finished = momentOf(snapshot.finished?.at ?? evaluation?.timing.finished);
  const end = finished ?? Math.max(now, started ?? queued);
  const waiting = Math.max(0, (started ?? end) - queued) / 1000;
  const phases: Phase[] = [{ name: "queued", seconds: waiting, going: started === null && finished === null }];
  if (started === null) return phases;
  const after = Math.max(0, end - started) / 1000;
  const wall = evaluation?.usage?.wall_seconds;
  if (finished !== null && wall !== undefined && wall < after) {
    phases.push({ name: "sandbox", seconds: after - wall, going: false });
    phases.push({ name: "running", seconds: wall, going: false });
  } else {
    phases.push({ name: "running", seconds: after, going: finished === null });
  }
  return phases;
}

function momentOf(text: string | null | undefined): number | null {
  return text ? Date.parse(text) : null;
}

function useFrames(active: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(() => setNow(Date.now()), 100);
    return () => clearInterval(timer);
  }, [active]);
  return now;
}
