/** A list as a file: a JSON object a line, or comma-separated values that no spreadsheet takes for formulas. */
import type { EvaluationSummary } from "../api/types";

const COLUMNS: [name: string, value: (one: EvaluationSummary) => unknown][] = [
  ["id", (one) => one.id],
  ["status", (one) => one.status],
  ["outcome", (one) => one.outcome],
  ["fault", (one) => one.fault],
  ["exit_code", (one) => one.exit_code],
  ["signal", (one) => one.signal],
  ["error", (one) => one.error],
  ["runtime", (one) => one.runtime],
  ["runtime_version", (one) => one.runtime_version],
  ["priority", (one) => one.priority],
  ["queued", (one) => one.timing.queued],
  ["started", (one) => one.timing.started],
  ["finished", (one) => one.timing.finished],
  ["wall_seconds", (one) => one.usage?.wall_seconds],
  ["cpu_seconds", (one) => one.usage?.cpu_seconds],
  ["peak_memory_bytes", (one) => one.usage?.peak_memory_bytes],
  ["note", (one) => one.note],
  ["labels", (one) => JSON.stringify(one.labels)],
];

export function toJsonLines(all: readonly EvaluationSummary[]): string {
  return all.map((one) => `${JSON.stringify(one)}\n`).join("");
}

export function toCsv(all: readonly EvaluationSummary[]): string {
  const rows = [COLUMNS.map(([name]) => name), ...all.map((one) => COLUMNS.map(([, value]) => cell(value(one))))];
  return rows.map((row) => `${row.join(",")}\r\n`).join("");
}

/** Text that begins as a formula does gets an apostrophe, which spreadsheets read as "this is text". */
function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
