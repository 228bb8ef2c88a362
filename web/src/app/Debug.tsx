/**
 * What passed between this page and the server, over the page: for whoever wants to know why something is slow. It
 * shows with `?debug=true` in the address, until the tab is closed or it is closed here.
 */
import { CloseButton, NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { logLevelQuery, statisticsQuery } from "../api/queries";
import { useStore } from "../api/store";
import { eventLag, exchanges, reach } from "../api/traffic";
import type { LogLevel } from "../api/types";
import classes from "./Debug.module.css";
import { setDebugging } from "./debugging";
import { changeLogLevel, LEVELS } from "./logLevel";

const SHOWN = 14;

export default function Debug() {
  const passed = useStore(exchanges);
  const reached = useStore(reach);
  const lag = useStore(eventLag);
  const { data } = useQuery(statisticsQuery(1));
  const level = useQuery(logLevelQuery);
  const times = passed.map((one) => one.milliseconds).sort((left, right) => left - right);
  const median = times[Math.floor(times.length / 2)];
  return (
    <aside className={classes.debug} aria-label="Debug">
      <div className={classes.head}>
        <strong>Debug</strong>
        <CloseButton size="xs" aria-label="Close the debug overlay" onClick={() => setDebugging(false)} />
      </div>
      <dl className={classes.facts}>
        <dt>connection</dt>
        <dd>{reached}</dd>
        <dt>API, median</dt>
        <dd>{median === undefined ? "–" : `${median.toFixed(0)} ms`}</dd>
        <dt>event lag</dt>
        <dd>{lag === null ? "–" : `${lag.toFixed(0)} ms`}</dd>
        <dt>queue</dt>
        <dd>{data?.queue?.reduce((sum, one) => sum + one.count, 0) ?? "–"}</dd>
      </dl>
      <NativeSelect
        className={classes.level}
        label="The server’s log tells from"
        value={level.data ?? ""}
        disabled={level.data === undefined}
        data={level.data === undefined ? [{ value: "", label: "not yours to set" }] : [...LEVELS]}
        onChange={(event) => void changeLogLevel(event.currentTarget.value as LogLevel)}
      />
      <ol className={classes.list}>
        {passed.slice(0, SHOWN).map((one) => (
          <li key={`${one.at} ${one.path} ${one.requestId}`}>
            <span data-bad={one.status === 0 || one.status >= 400 || undefined}>{one.status || "none"}</span>
            <span>{one.milliseconds.toFixed(0)} ms</span>
            <span className={classes.path}>
              {one.method} {one.path.replace("/api/v1", "")}
            </span>
            <code>{one.requestId}</code>
          </li>
        ))}
      </ol>
    </aside>
  );
}
