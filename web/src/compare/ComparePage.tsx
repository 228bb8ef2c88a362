/** Two evaluations beside each other: what was handed in, what became of it, and what was printed. */
import "@fontsource-variable/geist-mono/wght.css";
import { TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useMemo, useState } from "react";
import { Problem } from "../api/problem";
import { evaluationQuery, submissionQuery } from "../api/queries";
import type { Evaluation, StreamName, Submission } from "../api/types";
import { SegmentedControl } from "../app/SegmentedControl";
import { Refusal, State } from "../app/State";
import { useTab } from "../app/tab";
import { Hostile, marked } from "../text/Hostile";
import { FAULT_WORDS, inBrief, toneOf } from "../words/outcomes";
import { exact } from "../words/times";
import { bytes, count, seconds } from "../words/units";
import classes from "./Compare.module.css";
import { difference, isCut, MOST_LINES, onlyDifferences } from "./lines";
import { MOST_BYTES, streamQuery } from "./streams";

const AROUND = 3;
const MOST_ROWS = 3_000;

export function ComparePage() {
  const { left, right, all } = useSearch({ from: "/compare" });
  const navigate = useNavigate();
  const change = (next: { left?: string; right?: string; all?: boolean }) =>
    void navigate({ to: "/compare", search: { left, right, all, ...next }, replace: true });
  useTab("Compare");
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <h1 className={classes.title}>Compare</h1>
        <SegmentedControl
          aria-label="How much to show"
          value={all ? "all" : "differences"}
          onChange={(value) => change({ all: value === "all" || undefined })}
          data={[
            { value: "differences", label: "Differences only" },
            { value: "all", label: "Everything" },
          ]}
        />
      </div>
      <div className={classes.ids}>
        <Id label="Left evaluation" value={left} change={(id) => change({ left: id })} />
        <Id label="Right evaluation" value={right} change={(id) => change({ right: id })} />
      </div>
      {left && right ? (
        <Both left={left} right={right} all={all ?? false} />
      ) : (
        <State title="Two evaluations are needed" detail="Give their ids above, or choose two in the history.">
          <Link to="/evaluations">Open the history</Link>
        </State>
      )}
    </div>
  );
}

function Id(given: { label: string; value: string | undefined; change: (id: string) => void }) {
  return (
    <TextInput
      aria-label={given.label}
      placeholder="ev_…"
      value={given.value ?? ""}
      onChange={(event) => given.change(event.currentTarget.value.trim())}
      classNames={{ input: classes.mono }}
    />
  );
}

function Both({ left, right, all }: { left: string; right: string; all: boolean }) {
  const one = useQuery(evaluationQuery(left));
  const two = useQuery(evaluationQuery(right));
  const oneGiven = useQuery(submissionQuery(left));
  const twoGiven = useQuery(submissionQuery(right));
  const failed = [one, two, oneGiven, twoGiven].find((query) => query.error instanceof Problem);
  if (failed?.error instanceof Problem)
    return <Refusal problem={failed.error} retry={() => void failed.refetch()} />;
  if (!one.data || !two.data || !oneGiven.data || !twoGiven.data) {
    return <div className={classes.room} role="status" aria-label="Loading both evaluations" />;
  }
  return (
    <>
      <Facts left={one.data} right={two.data} all={all} />
      <Texts title="Program" left={programOf(oneGiven.data)} right={programOf(twoGiven.data)} all={all} />
      <Streams name="stdout" title="Standard output" left={one.data} right={two.data} all={all} />
      <Streams name="stderr" title="Standard error" left={one.data} right={two.data} all={all} />
    </>
  );
}

type Row = [name: string, left: string, right: string, change?: string];

function Facts({ left, right, all }: { left: Evaluation; right: Evaluation; all: boolean }) {
  const rows = useMemo(() => factsOf(left, right), [left, right]);
  const shown = all ? rows : rows.filter(([, one, two]) => one !== two);
  return (
    <section aria-label="Verdicts">
      <div className={classes.verdicts}>
        <Verdict evaluation={left} />
        <Verdict evaluation={right} />
      </div>
      {shown.length > 0 && (
        <table className={classes.facts}>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Left</th>
              <th scope="col">Right</th>
              <th scope="col">Change</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(([name, one, two, change]) => (
              <tr key={name} data-differs={one !== two || undefined}>
                <th scope="row">
                  <Hostile>{name}</Hostile>
                </th>
                <td>
                  <Hostile>{one}</Hostile>
                </td>
                <td>
                  <Hostile>{two}</Hostile>
                </td>
                <td>{change}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Verdict({ evaluation }: { evaluation: Evaluation }) {
  return (
    <Link
      to="/evaluations/$id"
      params={{ id: evaluation.id }}
      className={classes.verdict}
      data-tone={toneOf(evaluation)}
    >
      <strong>{inBrief(evaluation)}</strong>
      <span>
        {evaluation.fault && evaluation.fault !== "nobody" ? `${FAULT_WORDS[evaluation.fault]}, ` : ""}
        {exact(evaluation.timing.queued)}
      </span>
    </Link>
  );
}

function factsOf(left: Evaluation, right: Evaluation): Row[] {
  const rows: Row[] = [];
  const add = (
    name: string,
    tell: (one: Evaluation) => unknown,
    amount?: (one: Evaluation) => number | undefined,
  ) => {
    const told = (one: Evaluation) => String(tell(one) ?? "–");
    rows.push([name, told(left), told(right), amount && ratio(amount(left), amount(right))]);
  };
  add("outcome", inBrief);
  add("exit code", (one) => one.exit_code);
  add("signal", (one) => one.signal);
  add("runtime", (one) => one.runtime);
  add("version", (one) => one.runtime_version);
  add(
    "time",
    (one) => one.usage && seconds(one.usage.wall_seconds),
    (one) => one.usage?.wall_seconds,
  );
  add(
    "processor",
    (one) => one.usage && seconds(one.usage.cpu_seconds),
    (one) => one.usage?.cpu_seconds,
  );
  add(
    "peak memory",
    (one) => one.usage && bytes(one.usage.peak_memory_bytes),
    (one) => one.usage?.peak_memory_bytes,
  );
  add("standard output", (one) => bytes(one.stdout_bytes ?? 0));
  add("standard error", (one) => bytes(one.stderr_bytes ?? 0));
  add("files", (one) => (one.files ?? []).map((file) => file.path).join(", ") || "none");
  add("refused attempts", (one) => one.attempt_count ?? 0);
  add("arguments", (one) => one.argv.join(" ") || "none");
  add("engine", (one) => one.containment?.engine);
  const limits = Object.keys({ ...left.limits, ...right.limits }) as (keyof Evaluation["limits"])[];
  for (const name of limits) {
    const tell = (one: Evaluation) => {
      const value = one.limits[name];
      return typeof value === "number" && name.endsWith("_bytes") ? bytes(value) : value;
    };
    add(`limit: ${name.replace(/_bytes$/, "").replaceAll("_", " ")}`, tell);
  }
  for (const key of new Set([...Object.keys(left.labels), ...Object.keys(right.labels)])) {
    add(`label: ${key}`, (one) => one.labels[key]);
  }
  return rows;
}

function ratio(left: number | undefined, right: number | undefined): string | undefined {
  if (!left || right === undefined || left === right) return undefined;
  const share = right / left;
  return share >= 1 ? `× ${share.toFixed(2)}` : `÷ ${(1 / share).toFixed(2)}`;
}

function Streams(given: { name: StreamName; title: string; left: Evaluation; right: Evaluation; all: boolean }) {
  const { name, title, all } = given;
  const left = useQuery(streamQuery(given.left, name));
  const right = useQuery(streamQuery(given.right, name));
  const failed = [left, right].find((query) => query.error instanceof Problem);
  if (failed?.error instanceof Problem)
    return <Refusal problem={failed.error} retry={() => void failed.refetch()} />;
  if (!left.data || !right.data) return <div className={classes.room} role="status" aria-label={`${title} …`} />;
  const whole = left.data.whole && right.data.whole;
  return <Texts title={title} left={left.data.text} right={right.data.text} whole={whole} all={all} />;
}

function Texts(given: { title: string; left: string; right: string; whole?: boolean; all: boolean }) {
  const { title, left, right, whole = true, all } = given;
  const [more, setMore] = useState(false);
  const pairs = useMemo(() => difference(left, right), [left, right]);
  const differing = pairs.filter((pair) => !pair.same).length;
  const cut = !whole || isCut(left) || isCut(right);
  const far = cut
    ? `as far as it is compared: ${bytes(MOST_BYTES)} and ${count(MOST_LINES, "line")} at most`
    : null;
  const rows = all ? pairs : onlyDifferences(pairs, AROUND);
  if (pairs.length === 0 || (differing === 0 && !all)) {
    return (
      <p className={classes.same}>
        <strong>{title}</strong>{" "}
        {pairs.length === 0 ? "is empty on both sides." : far ? `is the same ${far}.` : "is the same."}
      </p>
    );
  }
  const shown = more ? rows : rows.slice(0, MOST_ROWS);
  return (
    <section className={classes.texts} aria-label={title}>
      <h2 className={classes.heading}>
        {title}
        <span>
          {differing === 0 ? "the same" : count(differing, "differing line")}
          {far && `, ${far}`}
        </span>
      </h2>
      <div className={classes.lines} tabIndex={0}>
        {shown.map((row, index) =>
          "skipped" in row ? (
            <div key={index} className={classes.skipped}>
              {count(row.skipped, "line")} the same
            </div>
          ) : (
            <div key={index} className={classes.pair} data-same={row.same || undefined}>
              <Side number={row.leftNumber} side="left">
                {row.left === null ? null : marked(row.left)}
              </Side>
              <Side number={row.rightNumber} side="right">
                {row.right === null ? null : marked(row.right)}
              </Side>
            </div>
          ),
        )}
        {rows.length > shown.length && (
          <button type="button" className={classes.more} onClick={() => setMore(true)}>
            Show the other {count(rows.length - shown.length, "line")}
          </button>
        )}
      </div>
    </section>
  );
}

function Side({ number, side, children }: { number: number; side: "left" | "right"; children: ReactNode }) {
  return (
    <div className={classes.side} data-side={side} data-absent={children === null || undefined}>
      <span className={classes.number}>{children === null ? "" : number}</span>
      <bdi>{children}</bdi>
    </div>
  );
}

/** All that was handed in as one text, so that a file that is there on one side alone shows, too. */
function programOf(submission: Submission): string {
  const parts: string[] = [];
  if (submission.code != null) parts.push(submission.code);
  for (const file of submission.files ?? []) {
    parts.push(`\n── ${file.path}${file.encoding === "base64" ? " (bytes)" : ""} ──\n${file.content ?? ""}`);
  }
  if (submission.stdin) parts.push(`\n── standard input ──\n${submission.stdin}`);
  return parts.join("\n");
}
