/** What happened to an evaluation, in order: each event in a line, with all that it carries behind it. */
import { Button, TextInput } from "@mantine/core";
import { useMemo, useState } from "react";
import type { CrucibleEvent } from "../api/types";
import { Dot } from "../app/Dot";
import { Hostile } from "../text/Hostile";
import { exact } from "../words/times";
import { seconds } from "../words/units";
import { carried, narrowed, told } from "./eventWords";
import classes from "./Timeline.module.css";

const SHOWN = 200;

export function Timeline({ events }: { events: readonly CrucibleEvent[] }) {
  const [kinds, setKinds] = useState<ReadonlySet<string>>(new Set());
  const [looked, setLooked] = useState("");
  const [shown, setShown] = useState(SHOWN);
  const counts = useMemo(() => countsOf(events), [events]);
  const found = useMemo(() => narrowed(events, kinds, looked), [events, kinds, looked]);
  const begun = events[0] ? Date.parse(events[0].at) : 0;
  const last = found.slice(-shown);
  const toggle = (kind: string) => {
    const next = new Set(kinds);
    if (!next.delete(kind)) next.add(kind);
    setKinds(next);
  };
  return (
    <div className={classes.timeline}>
      <div className={classes.filter}>
        <div className={classes.kinds} role="group" aria-label="Which events">
          {[...counts].map(([kind, amount]) => (
            <button key={kind} type="button" aria-pressed={kinds.has(kind)} onClick={() => toggle(kind)}>
              {kind.replaceAll("_", " ")} <span>{amount.toLocaleString("en")}</span>
            </button>
          ))}
        </div>
        <TextInput
          aria-label="Find in events"
          placeholder="Find in events"
          value={looked}
          onChange={(event) => setLooked(event.currentTarget.value)}
          className={classes.find}
        />
      </div>
      {found.length > last.length && (
        <Button variant="subtle" color="gray" onClick={() => setShown(shown + SHOWN)}>
          Show {Math.min(SHOWN, found.length - last.length)} earlier ones
        </Button>
      )}
      {found.length === 0 ? (
        <p className={classes.none} role="status">
          No event is like that.
        </p>
      ) : (
        <ol className={classes.events} aria-label="Events">
          {last.map((event, index) => (
            <Line
              key={`${event.fence}-${event.sequence}`}
              event={event}
              begun={begun}
              anew={index > 0 && last[index - 1]?.fence !== event.fence}
            />
          ))}
        </ol>
      )}
    </div>
  );
}

function Line({ event, begun, anew }: { event: CrucibleEvent; begun: number; anew: boolean }) {
  const { title, detail, tone } = told(event);
  return (
    <li data-anew={anew || undefined}>
      <details>
        <summary>
          <time className={classes.at} dateTime={event.at} title={exact(event.at)}>
            +{seconds((Date.parse(event.at) - begun) / 1000)}
          </time>
          <Dot tone={tone} />
          <span className={classes.title}>{title}</span>
          <span className={classes.detail}>
            <Hostile>{detail}</Hostile>
          </span>
        </summary>
        <pre className={classes.carried}>
          <Hostile lines>{JSON.stringify(carried(event), null, 2)}</Hostile>
        </pre>
      </details>
    </li>
  );
}

function countsOf(events: readonly CrucibleEvent[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { kind } of events) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
