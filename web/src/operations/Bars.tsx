/** Outcomes over time as stacked bars, one colour a fault; each bar is a link to what it counts. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Fault, Outcome, Statistics } from "../api/types";
import { FAULT_VALUES } from "../api/vocabulary";
import { FAULT_WORDS, OUTCOME_FAULTS } from "../words/outcomes";
import { moment } from "../words/times";
import { count } from "../words/units";
import classes from "./Bars.module.css";

interface Bar {
  start: Date;
  total: number;
  faults: Partial<Record<Fault, number>>;
}

/** One bar for each interval, those in which nothing happened, too: a gap in time is a gap to be seen. */
export function barsOf(statistics: Statistics): Bar[] {
  const step = statistics.interval_seconds * 1000;
  const first = Date.parse(statistics.since);
  const amount = Math.max(1, Math.ceil((Date.parse(statistics.until) - first) / step));
  const bars: Bar[] = Array.from({ length: amount }, (_, index) => ({
    start: new Date(first + index * step),
    total: 0,
    faults: {},
  }));
  for (const interval of statistics.intervals) {
    const bar = bars[Math.floor((Date.parse(interval.start) - first) / step)];
    if (!bar) continue;
    for (const [outcome, ended] of Object.entries(interval.outcomes ?? {}) as [Outcome, number][]) {
      const fault = OUTCOME_FAULTS[outcome];
      bar.faults[fault] = (bar.faults[fault] ?? 0) + ended;
      bar.total += ended;
    }
  }
  return bars;
}

export function Bars({ statistics }: { statistics: Statistics }) {
  const bars = barsOf(statistics);
  const most = Math.max(1, ...bars.map((bar) => bar.total));
  const present = FAULT_VALUES.filter((fault) => bars.some((bar) => bar.faults[fault]));
  const marks = [0, Math.floor(bars.length / 2), bars.length - 1];
  const step = statistics.interval_seconds * 1000;
  const [looked, setLooked] = useState<Bar | null>(null);
  return (
    <figure className={classes.figure}>
      <div
        className={classes.chart}
        role="group"
        aria-label={summary(bars, present)}
        onMouseLeave={() => setLooked(null)}
      >
        <span className={classes.most}>{most.toLocaleString("en")}</span>
        {looked && (
          <span className={classes.looked} aria-hidden>
            {moment(looked.start)}: {words(looked)}
          </span>
        )}
        {bars.map((bar) => (
          <Link
            key={bar.start.getTime()}
            to="/evaluations"
            search={{ since: bar.start.toISOString(), until: new Date(bar.start.getTime() + step).toISOString() }}
            className={classes.bar}
            aria-label={`${moment(bar.start)}: ${words(bar)}`}
            disabled={bar.total === 0}
            preload={false}
            onMouseEnter={() => setLooked(bar)}
            onFocus={() => setLooked(bar)}
          >
            {present.map(
              (fault) =>
                bar.faults[fault] && (
                  <span
                    key={fault}
                    data-tone={fault}
                    style={{ height: `${((bar.faults[fault] ?? 0) / most) * 100}%` }}
                  />
                ),
            )}
          </Link>
        ))}
      </div>
      <div className={classes.axis} aria-hidden>
        {marks.map((index) => (
          <span key={index}>{bars[index] && moment(bars[index].start)}</span>
        ))}
      </div>
      <figcaption className={classes.legend}>
        {present.map((fault) => (
          <span key={fault}>
            <span className={classes.swatch} data-tone={fault} aria-hidden />
            {FAULT_WORDS[fault]}
          </span>
        ))}
        <Link
          to="/evaluations"
          search={{ since: statistics.since, until: statistics.until }}
          className={classes.all}
        >
          All of them
        </Link>
      </figcaption>
    </figure>
  );
}

function words(bar: Bar): string {
  if (bar.total === 0) return "none";
  return Object.entries(bar.faults)
    .map(([fault, amount]) => `${amount} ${FAULT_WORDS[fault as Fault]}`)
    .join(", ");
}

function summary(bars: readonly Bar[], present: readonly Fault[]): string {
  const told = present.map((fault) => {
    const sum = bars.reduce((all, bar) => all + (bar.faults[fault] ?? 0), 0);
    return `${count(sum, "evaluation")} with ${FAULT_WORDS[fault]}`;
  });
  return `Outcomes over time: ${told.join(", ")}`;
}
