/** The history's columns: which there are, how wide, and which are shown unless one chooses otherwise. */
import {
  columnVisibilityFeature,
  createColumnHelper,
  rowSelectionFeature,
  tableFeatures,
} from "@tanstack/react-table";
import type { EvaluationSummary, Sort } from "../api/types";
import { Dot } from "../app/Dot";
import { Hostile } from "../text/Hostile";
import { inBrief, toneOf } from "../words/outcomes";
import { Ago, exact } from "../words/times";
import { bytes, seconds } from "../words/units";
import classes from "./History.module.css";

export const features = tableFeatures({ columnVisibilityFeature, rowSelectionFeature });
const helper = createColumnHelper<typeof features, EvaluationSummary>();

export const WIDTHS: Record<string, string> = {
  outcome: "minmax(180px, 1.2fr)",
  program: "minmax(150px, 2fr)",
  runtime: "110px",
  version: "130px",
  labels: "minmax(120px, 1.6fr)",
  note: "minmax(160px, 2fr)",
  wall: "92px",
  cpu: "92px",
  memory: "92px",
  exit: "84px",
  refused: "84px",
  priority: "80px",
  queued: "116px",
  at: "190px",
  finished: "116px",
  id: "270px",
};

export const USUAL = ["outcome", "program", "runtime", "labels", "wall", "memory", "exit", "refused", "queued"];
export const NUMBERS = new Set(["wall", "cpu", "memory", "exit", "refused", "queued", "finished"]);

/** Which order of the server's a column's head asks for. */
export const SORTS: Record<string, Sort> = {
  outcome: "outcome",
  runtime: "runtime",
  wall: "duration",
  cpu: "cpu",
  memory: "memory",
  refused: "attempts",
  queued: "queued",
  at: "queued",
  finished: "finished",
};

export const columns = helper.columns([
  helper.display({ id: "outcome", header: "Outcome", cell: ({ row }) => <Verdict of={row.original} /> }),
  helper.display({
    id: "program",
    header: "Program",
    cell: ({ row }) =>
      row.original.first_line && (
        <span className={classes.program}>
          <Hostile>{row.original.first_line}</Hostile>
        </span>
      ),
  }),
  helper.display({ id: "runtime", header: "Runtime", cell: ({ row }) => row.original.runtime }),
  helper.display({ id: "version", header: "Ran as", cell: ({ row }) => row.original.runtime_version }),
  helper.display({ id: "labels", header: "Labels", cell: ({ row }) => <Labels of={row.original.labels} /> }),
  helper.display({
    id: "note",
    header: "Note",
    cell: ({ row }) => (row.original.note ? <Hostile>{row.original.note}</Hostile> : null),
  }),
  helper.display({
    id: "wall",
    header: "Time",
    cell: ({ row }) => row.original.usage && seconds(row.original.usage.wall_seconds),
  }),
  helper.display({
    id: "cpu",
    header: "Processor",
    cell: ({ row }) => row.original.usage && seconds(row.original.usage.cpu_seconds),
  }),
  helper.display({
    id: "memory",
    header: "Memory",
    cell: ({ row }) => row.original.usage && bytes(row.original.usage.peak_memory_bytes),
  }),
  helper.display({ id: "exit", header: "Exit", cell: ({ row }) => row.original.signal ?? row.original.exit_code }),
  helper.display({
    id: "refused",
    header: "Refused",
    cell: ({ row }) =>
      row.original.attempt_count ? <span className={classes.refused}>{row.original.attempt_count}</span> : null,
  }),
  helper.display({ id: "priority", header: "Priority", cell: ({ row }) => row.original.priority }),
  helper.display({ id: "queued", header: "Queued", cell: ({ row }) => <Ago at={row.original.timing.queued} /> }),
  helper.display({ id: "at", header: "Queued at", cell: ({ row }) => exact(row.original.timing.queued) }),
  helper.display({
    id: "finished",
    header: "Finished",
    cell: ({ row }) => row.original.timing.finished && <Ago at={row.original.timing.finished} />,
  }),
  helper.display({
    id: "id",
    header: "Id",
    cell: ({ row }) => <code className={classes.id}>{row.original.id}</code>,
  }),
]);

function Verdict({ of }: { of: EvaluationSummary }) {
  return (
    <span className={classes.verdict}>
      <Dot tone={toneOf(of)} />
      <span className={classes.words}>{inBrief(of)}</span>
      {of.lifecycle === "deleted" && <span className={classes.deleted}>deleted</span>}
    </span>
  );
}

function Labels({ of }: { of: Record<string, string> }) {
  return (
    <span className={classes.labels}>
      {Object.entries(of).map(([key, value]) => (
        <span key={key} className={classes.label}>
          <Hostile>{value ? `${key}=${value}` : key}</Hostile>
        </span>
      ))}
    </span>
  );
}
