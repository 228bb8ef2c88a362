/** Memory and processor over time, live, with what limits them drawn in. */
import { useEffect, useMemo, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Limits } from "../api/types";
import { bytes, seconds } from "../words/units";
import classes from "./Curves.module.css";
import type { Sample } from "./record";

interface Curve {
  title: string;
  now: string;
  limit: string;
  values: number[];
  bound: number;
  format: (value: number) => string;
}

export default function Curves(given: {
  samples: readonly Sample[];
  limits: Limits;
  version: number;
  ended: boolean;
}) {
  const { samples, limits, version, ended } = given;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the samples change in place, with the version
  const [times, curves] = useMemo(() => series(samples, limits, ended), [samples, limits, version, ended]);
  return (
    <div className={classes.curves}>
      {curves.map((curve) => (
        <figure key={curve.title} className={classes.curve}>
          <figcaption className={classes.caption}>
            <span>{curve.title}</span>
            <span className={classes.now}>{curve.now}</span>
            <span className={classes.limit}>{curve.limit}</span>
          </figcaption>
          {times.length < 3 ? (
            <p className={classes.none}>
              It is measured five times a second; this has been too short for a curve.
            </p>
          ) : (
            <Plot times={times} curve={curve} />
          )}
        </figure>
      ))}
    </div>
  );
}

function series(samples: readonly Sample[], limits: Limits, ended: boolean): [number[], Curve[]] {
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
        now: last ? (ended ? `at most ${bytes(Math.max(...memory))}` : bytes(last.memory)) : "",
        limit: `limit ${bytes(limits.memory_bytes ?? 0)}`,
        values: memory,
        bound: limits.memory_bytes ?? 0,
        format: bytes,
      },
      {
        title: "Processor",
        now: last ? `${ended ? "" : `${(cores.at(-1) ?? 0).toFixed(2)} cores, `}${seconds(last.cpu)} in all` : "",
        limit: `limit ${limits.cpus} ${limits.cpus === 1 ? "core" : "cores"}${limits.cpu_seconds ? `, ${seconds(limits.cpu_seconds)}` : ""}`,
        values: cores,
        bound: limits.cpus ?? 1,
        format: (value) => value.toFixed(value < 10 ? 1 : 0),
      },
    ],
  ];
}

const SHORTEST_SECONDS = 0.05;

function coresBetween(before: Sample | undefined, after: Sample): number {
  const passed = after.wall - (before?.wall ?? 0);
  return passed >= SHORTEST_SECONDS ? Math.max(0, (after.cpu - (before?.cpu ?? 0)) / passed) : 0;
}

const HEIGHT = 132;

function Plot({ times, curve }: { times: number[]; curve: Curve }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const { bound, format, title } = curve;

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(options(element, bound, format), [[], [], []], element);
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
  }, [bound, format]);

  useEffect(() => {
    plot.current?.setData([times, curve.values, times.map(() => bound)]);
  }, [times, curve.values, bound]);

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

function options(element: HTMLElement, bound: number, format: (value: number) => string): uPlot.Options {
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
    cursor: { show: false },
    legend: { show: false },
    scales: { x: { time: false }, y: { range: (_, __, most) => [0, Math.max(bound * 1.08, most * 1.08)] } },
    axes: [
      { ...axis, grid: { show: false }, size: 24, values: (_, ticks) => ticks.map((tick) => `${tick} s`) },
      { ...axis, size: 58, splits: () => [0, bound / 2, bound], values: (_, ticks) => ticks.map(format) },
    ],
    series: [
      {},
      { stroke: color("--ember"), width: 1.75, fill: color("--ember-wash"), points: { show: false } },
      { stroke: color("--tone-limit"), width: 1.25, dash: [5, 4], points: { show: false } },
    ],
  };
}
