/** Every event but the output and the measurements, in order, with all that it carries. */
import { SegmentedControl } from "@mantine/core";
import { useMemo, useState } from "react";
import type { CrucibleEvent } from "../api/types";
import { Hostile } from "../text/Hostile";
import classes from "./EventLog.module.css";

const SHOWN = 300;
const OF_EVERY_EVENT = new Set(["evaluation_id", "fence", "sequence", "at", "kind"]);

export function EventLog({ events }: { events: readonly CrucibleEvent[] }) {
  const kinds = useMemo(() => [...new Set(events.map((event) => event.kind))], [events]);
  const [kind, setKind] = useState("all");
  const shown = kind === "all" ? events : events.filter((event) => event.kind === kind);
  const first = events[0] ? Date.parse(events[0].at) : 0;
  return (
    <>
      {kinds.length > 2 && (
        <SegmentedControl
          aria-label="Which events"
          value={kind}
          onChange={setKind}
          data={["all", ...kinds].map((one) => ({ value: one, label: one.replaceAll("_", " ") }))}
          mb={8}
        />
      )}
      <ol className={classes.events}>
        {shown.slice(-SHOWN).map((event) => (
          <li key={`${event.fence}-${event.sequence}`}>
            <details>
              <summary>
                <span className={classes.at}>+{((Date.parse(event.at) - first) / 1000).toFixed(3)} s</span>
                <span className={classes.kind}>{event.kind.replaceAll("_", " ")}</span>
              </summary>
              <pre className={classes.carried}>
                <Hostile lines>{JSON.stringify(carried(event), null, 2)}</Hostile>
              </pre>
            </details>
          </li>
        ))}
      </ol>
    </>
  );
}

function carried(event: CrucibleEvent): Record<string, unknown> {
  return {
    at: event.at,
    position: `${event.fence}-${event.sequence}`,
    ...Object.fromEntries(Object.entries(event).filter(([name]) => !OF_EVERY_EVENT.has(name))),
  };
}
