/** How all evaluations do: what became of them over time, how long they took and waited, and what is going on now. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Problem } from "../api/problem";
import { statisticsQuery } from "../api/queries";
import type { Outcome, Percentiles, Statistics } from "../api/types";
import { OUTCOME_VALUES } from "../api/vocabulary";
import { Page } from "../app/Page";
import { SegmentedControl } from "../app/SegmentedControl";
import { Refusal, State } from "../app/State";
import { Hostile } from "../text/Hostile";
import { OUTCOME_FAULTS, OUTCOME_WORDS } from "../words/outcomes";
import { Ago } from "../words/times";
import { count, seconds } from "../words/units";
import { Bars } from "./Bars";
import { Panel } from "./Panel";
import classes from "./Statistics.module.css";

const WINDOWS = [
  { value: "1", label: "Hour" },
  { value: "24", label: "Day" },
  { value: "168", label: "Week" },
  { value: "720", label: "30 days" },
];

export function StatisticsPage() {
  const { hours } = useSearch({ from: "/statistics" });
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery(statisticsQuery(hours));
  return (
    <Page
      title="Statistics"
      tab="Statistics"
      about={
        <SegmentedControl
          aria-label="How far back"
          value={String(hours)}
          onChange={(value) =>
            void navigate({ to: "/statistics", search: { hours: Number(value) }, replace: true })
          }
          data={WINDOWS}
        />
      }
    >
      {error instanceof Problem && !data ? (
        <Refusal problem={error} retry={() => void refetch()} />
      ) : data ? (
        <Shown statistics={data} hours={hours} />
      ) : (
        <div className={classes.room} role="status" aria-label="Counting" />
      )}
    </Page>
  );
}

function Shown({ statistics, hours }: { statistics: Statistics; hours: number }) {
  const totals = totalsOf(statistics);
  const ended = Object.values(totals).reduce((sum, one) => sum + one, 0);
  const queued = statistics.queue?.reduce((sum, one) => sum + one.count, 0) ?? 0;
  const running = statistics.workers?.reduce((sum, one) => sum + one.running, 0) ?? 0;
  return (
    <>
      <dl className={classes.figures}>
        <Figure name="Ended" value={ended.toLocaleString("en")} note={share(totals.succeeded, ended)} />
        <Spread name="Run time, half within" percentiles={statistics.duration} />
        <Spread name="Wait, half within" percentiles={statistics.wait} />
        <Figure name="Now" value={`${running} running`} note={`${queued.toLocaleString("en")} waiting`} />
      </dl>
      {ended === 0 ? (
        <State title="Nothing has ended in this time" detail="Look further back, or run something.">
          <Link to="/">Write a program</Link>
        </State>
      ) : (
        <Panel
          title="Outcomes over time"
          note={`by when they were queued, each ${seconds(statistics.interval_seconds)}`}
        >
          <Bars statistics={statistics} />
        </Panel>
      )}
      <div className={classes.columns}>
        {ended > 0 && (
          <Panel title="Outcomes">
            <ul className={classes.list}>
              {OUTCOME_VALUES.filter((outcome) => totals[outcome]).map((outcome) => (
                <li key={outcome}>
                  <Link
                    to="/evaluations"
                    search={{ outcome: [outcome], within: withinOf(hours) }}
                    className={classes.item}
                  >
                    <span className={classes.dot} data-tone={OUTCOME_FAULTS[outcome]} aria-hidden />
                    <span className={classes.name}>{OUTCOME_WORDS[outcome]}</span>
                    <Share of={totals[outcome] ?? 0} all={ended} tone={OUTCOME_FAULTS[outcome]} />
                  </Link>
                </li>
              ))}
            </ul>
          </Panel>
        )}
        {(statistics.runtimes?.length ?? 0) > 0 && (
          <Panel title="Busiest runtimes">
            <ul className={classes.list}>
              {statistics.runtimes?.map((one) => (
                <li key={one.runtime}>
                  <Link
                    to="/evaluations"
                    search={{ runtime: [one.runtime], within: withinOf(hours) }}
                    className={classes.item}
                  >
                    <span className={classes.name}>{one.runtime}</span>
                    <Share of={one.count} all={statistics.runtimes?.[0]?.count ?? 1} tone="active" />
                  </Link>
                </li>
              ))}
            </ul>
          </Panel>
        )}
        <Panel title="Queue" note="what waits now">
          <ul className={classes.list}>
            {statistics.queue?.map((one) => (
              <li key={one.priority} className={classes.item}>
                <span className={classes.name}>{one.priority}</span>
                <span className={classes.amount}>{one.count.toLocaleString("en")}</span>
                <span className={classes.note}>
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
        </Panel>
        <Panel title="Workers" note="that hold something now">
          {statistics.workers?.length ? (
            <ul className={classes.list}>
              {statistics.workers.map((one) => (
                <li key={one.name} className={classes.item}>
                  <span className={classes.name}>
                    <Hostile>{one.name}</Hostile>
                  </span>
                  <span className={classes.amount}>{count(one.running, "program")}</span>
                </li>
              ))}
            </ul>
          ) : (
            <p className={classes.none}>All of them are idle.</p>
          )}
        </Panel>
      </div>
    </>
  );
}

export function totalsOf(statistics: Statistics): Partial<Record<Outcome, number>> {
  const totals: Partial<Record<Outcome, number>> = {};
  for (const interval of statistics.intervals) {
    for (const [outcome, amount] of Object.entries(interval.outcomes ?? {}) as [Outcome, number][]) {
      totals[outcome] = (totals[outcome] ?? 0) + amount;
    }
  }
  return totals;
}

function withinOf(hours: number) {
  return ({ 1: "1h", 24: "24h", 168: "7d", 720: "30d" } as const)[hours];
}

function share(part: number | undefined, all: number): string {
  return all === 0 ? "" : `${Math.round(((part ?? 0) / all) * 100)} % succeeded`;
}

function Figure({ name, value, note }: { name: string; value: string; note: string }) {
  return (
    <div className={classes.figure}>
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        <span>{note}</span>
      </dd>
    </div>
  );
}

function Spread({ name, percentiles }: { name: string; percentiles: Percentiles | null | undefined }) {
  if (!percentiles) return <Figure name={name} value="–" note="" />;
  const { p50, p95, p99 } = percentiles;
  const about = percentiles.relative_error ? "≈ " : "";
  return (
    <Figure
      name={name}
      value={about + seconds(p50)}
      note={`95 % within ${about}${seconds(p95)}, 99 % ${about}${seconds(p99)}`}
    />
  );
}

function Share({ of, all, tone }: { of: number; all: number; tone: string }) {
  return (
    <>
      <span className={classes.track} aria-hidden>
        <span data-tone={tone} style={{ width: `${Math.max(1, (of / all) * 100)}%` }} />
      </span>
      <span className={classes.amount}>{of.toLocaleString("en")}</span>
    </>
  );
}
