/** Why it failed, on which line, and what commonly lies behind that. */
import { IconBulb } from "@tabler/icons-react";
import { useMemo } from "react";
import type { Evaluation } from "../api/types";
import { Hostile, marked } from "../text/Hostile";
import classes from "./Diagnosis.module.css";
import { explain } from "./explain";
import type { RunRecord } from "./record";
import { type Frame, lastLines, type Trace, traceOf } from "./trace";

const AROUND = 2;
const SHOWN_FRAMES = 6;

export interface Sources {
  /** Each file of the program, as it was run. */
  files: ReadonlyMap<string, string>;
}

export function Diagnosis(given: {
  evaluation: Evaluation;
  record: RunRecord;
  version: number;
  sources: Sources;
  open: (frame: Frame) => void;
}) {
  const { evaluation, record, version, sources, open } = given;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows change in place, with the version
  const lines = useMemo(() => lastLines(record.rows.stderr), [record, version]);
  const trace = useMemo(() => traceOf(lines, new Set(sources.files.keys())), [lines, sources]);
  const explanation = useMemo(() => explain(evaluation, lines), [evaluation, lines]);
  if (evaluation.outcome === "succeeded" || (!trace && !explanation)) return null;
  return (
    <section className={classes.diagnosis} data-tone={evaluation.fault} aria-label="What went wrong">
      {trace && <Traced trace={trace} sources={sources} open={open} />}
      {explanation && (
        <div className={classes.explanation}>
          <IconBulb size={17} stroke={1.6} aria-hidden />
          <div>
            <p className={classes.title}>{explanation.title}</p>
            <p>{explanation.text}</p>
          </div>
        </div>
      )}
    </section>
  );
}

function Traced(given: { trace: Trace; sources: Sources; open: (frame: Frame) => void }) {
  const { trace, sources, open } = given;
  const frames = trace.frames.slice(0, SHOWN_FRAMES);
  return (
    <>
      {trace.message && (
        <p className={classes.message}>
          <Hostile>{trace.message}</Hostile>
        </p>
      )}
      {frames.map((frame, index) => (
        <figure
          key={`${frame.path}:${frame.line}`}
          className={classes.frame}
          data-first={index === 0 || undefined}
        >
          <figcaption className={classes.place}>
            <button type="button" onClick={() => open(frame)} className={classes.link}>
              <Hostile>{frame.path}</Hostile>, line {frame.line}
            </button>
            {frame.where && (
              <span className={classes.where}>
                in <Hostile>{frame.where}</Hostile>
              </span>
            )}
            {index > 0 && <span className={classes.where}>called from here</span>}
          </figcaption>
          <Around
            source={sources.files.get(frame.path) ?? ""}
            line={frame.line}
            around={index === 0 ? AROUND : 0}
          />
        </figure>
      ))}
    </>
  );
}

function Around({ source, line, around }: { source: string; line: number; around: number }) {
  const lines = source.split("\n");
  const first = Math.max(1, line - around);
  const shown = lines.slice(first - 1, line + around);
  return (
    <pre className={classes.code} tabIndex={0}>
      {shown.map((text, index) => (
        <div key={index} className={classes.line} data-here={first + index === line || undefined}>
          <span className={classes.number} aria-hidden>
            {first + index}
          </span>
          <bdi>{marked(text) || " "}</bdi>
        </div>
      ))}
    </pre>
  );
}
