/** Memory and processor over time, live, with what limits them drawn in. */
import { useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Evaluation } from "../api/types";
import { bytes, seconds } from "../words/units";
import classes from "./Curves.module.css";
import { FEWEST_SAMPLES, type Sample } from "./record";

interface Curve {
  title: string;
  now: string;
  limit: string;
  values: number[];
  bound: number;
  /** The largest value on the axis: the limit, or where all is far below that, what shows how it moved. */
  top: number;
  format: (value: number) => string;
}

export default function Curves(given: {
  evaluation: Evaluation;
  samples: readonly Sample[];
  version: number;
  ended: boolean;
}) {
  const { evaluation, samples, version, ended } = given;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the samples change in place, with the version
  const [times, curves] = useMemo(() => series(samples, evaluation, ended), [samples, evaluation, version, ended]);
  const [looked, setLooked] = useState<number | null>(null);
  return (
    <div className={classes.curves}>
      {curves.map((curve) => (
        <figure key={curve.title} className={classes.curve}>
          <figcaption className={classes.caption}>
            <span>{curve.title}</span>
            <span className={classes.now}>{readAt(times, curve, looked) ?? curve.now}</span>
            <span className={classes.limit}>{curve.limit}</span>
          </figcaption>
          {times.length < FEWEST_SAMPLES ? (
            <p className={classes.none}>It is measured five times a second.</p>
          ) : (
            <Plot times={times} curve={curve} look={setLooked} />
          )}
        </figure>
      ))}
    </div>
  );
}

/** What both curves say of the moment that the pointer is at. */
function readAt(times: readonly number[], curve: Curve, looked: number | null): string | null {
  const [time, value] = looked === null ? [] : [times[looked], curve.values[looked]];
  return time === undefined || value === undefined ? null : `${curve.format(value)} at ${seconds(time)}`;
}

const FAR_BELOW = 1 / 4;

/** The axis ends at the limit, or at the next power of two above what is far below it: a flat line tells nothing. */
export function topOf(bound: number, values: readonly number[]): number {
  const most = Math.max(0, ...values);
  if (most === 0 || most > bound * FAR_BELOW) return Math.max(bound, most);
  return 2 ** Math.ceil(Math.log2(most * 1.08));
}

function series(samples: readonly Sample[], evaluation: Evaluation, ended: boolean): [number[], Curve[]] {
  const { limits, usage } = evaluation;
  const times = samples.map((sample) => sample.wall);
  const memory = samples.map((sample) => sample.memory);
  const cores = samples.map((sample, index) => coresBetween(samples[index - 1], sample));
  // The first measurement has the start of the sandbox in it; what is between two is the program's.
  if (cores.length > 1) cores[0] = cores[1] ?? 0;
  const last = samples.at(-1);
  return [
    times,
    [
      {
        title: "Memory",
        // Between two measurements it may have been more: what the kernel counted is the truth.
        now: usage ? `at most ${bytes(usage.peak_memory_bytes)}` : last ? bytes(last.memory) : "",
        limit: `limit ${bytes(limits.memory_bytes ?? 0)}`,
        values: memory,
        bound: limits.memory_bytes ?? 0,
        top: topOf(limits.memory_bytes ?? 0, memory),
        format: bytes,
      },
      {
        title: "Processor",
        now: last
          ? `${ended ? "" : `${(cores.at(-1) ?? 0).toFixed(2)} cores, `}${seconds(usage?.cpu_seconds ?? last.cpu)} in all`
          : "",
        limit: `limit ${limits.cpus} ${limits.cpus === 1 ? "core" : "cores"}${limits.cpu_seconds ? `, ${seconds(limits.cpu_seconds)}` : ""}`,
        values: cores,
        bound: limits.cpus ?? 1,
        top: topOf(limits.cpus ?? 1, cores),
        format: inCores,
      },
    ],
  ];
}

function inCores(value: number): string {
  return value.toFixed(value < 1 ? 2 : value < 10 ? 1 : 0);
}

const SHORTEST_SECONDS = 0.05;

function coresBetween(before: Sample | undefined, after: Sample): number {
  const passed = after.wall - (before?.wall ?? 0);
  return passed >= SHORTEST_SECONDS ? Math.max(0, (after.cpu - (before?.cpu ?? 0)) / passed) : 0;
}

const HEIGHT = 132;

function Plot(given: { times: number[]; curve: Curve; look: (at: number | null) => void }) {
  const { times, curve, look } = given;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const { bound, top, format, title } = curve;

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(options(element, top, format, look), [[], [], []], element);
    };
    draw();
    const resized = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    resized.observe(element);
    const scheme = new MutationObserver(() => {
      const data = plot.current?.data;
      draw();
      if (data) plot.current?.setData(data);
    });
    scheme.observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });
    return () => {
      resized.disconnect();
      scheme.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [top, format, look]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another axis is another plot, which has no data yet
  useEffect(() => {
    plot.current?.setData([times, curve.values, times.map(() => bound)]);
  }, [times, curve.values, bound, top]);

  const most = Math.max(...curve.values);
  return (
    <div
      ref={box}
      className={classes.plot}
      role="img"
      aria-label={`${title} over ${seconds(times.at(-1) ?? 0)}: at most ${format(most)}, ${curve.limit}`}
    />
  );
}

function options(
  element: HTMLElement,
  top: number,
  format: (value: number) => string,
  look: (at: number | null) => void,
): uPlot.Options {
  const color = (name: string) => getComputedStyle(element).getPropertyValue(name).trim();
  const axis = {
    stroke: color("--ink-faint"),
    font: "11px 'Geist Variable', sans-serif",
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [10, 10, 0, 0],
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false }, sync: { key: "run" } },
    hooks: { setCursor: [({ cursor }) => look(cursor.idx ?? null)] },
    legend: { show: false },
    scales: { x: { time: false }, y: { range: () => [0, top * 1.08] } },
    axes: [
      { ...axis, grid: { show: false }, size: 24, values: (_, ticks) => ticks.map((tick) => `${tick} s`) },
      { ...axis, size: 58, splits: () => [0, top / 2, top], values: (_, ticks) => ticks.map(format) },
    ],
    series: [
      {},
      { stroke: color("--ember"), width: 1.75, fill: color("--ember-wash"), points: { show: false } },
      { stroke: color("--tone-limit"), width: 1.25, dash: [5, 4], points: { show: false } },
    ],
  };
}
