/**
 * A batch as it comes from the desktop: JSON a line, a table, or a folder of programs. Each becomes submissions, and
 * what is none is told by its place. The server checks all of it again.
 */
import type { Runtime, Submission } from "../api/types";
import { cellsOf } from "../text/separated";

export interface Reading {
  submissions: Submission[];
  /** What could not be read, and where. */
  problems: string[];
}

const MOST_PROBLEMS = 20;
export const MOST_ITEMS = 100_000;

export async function readBatch(
  files: readonly File[],
  runtimes: readonly Runtime[],
  usual: string,
): Promise<Reading> {
  const [first] = files;
  if (files.length === 1 && first && !first.webkitRelativePath) {
    const name = first.name.toLowerCase();
    if (name.endsWith(".csv")) return readCsv(await first.text(), usual);
    if (name.endsWith(".jsonl") || name.endsWith(".ndjson") || name.endsWith(".json"))
      return readLines(await first.text(), usual);
  }
  return readPrograms(files, runtimes);
}

/** A JSON object a line: a submission, or a text that is the program itself. */
export function readLines(text: string, usual: string): Reading {
  const reading: Reading = { submissions: [], problems: [] };
  text.split("\n").forEach((line, index) => {
    if (line.trim() === "") return;
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value === "string") reading.submissions.push({ code: value, runtime: usual } as Submission);
      else if (typeof value === "object" && value !== null && !Array.isArray(value))
        reading.submissions.push({ runtime: usual, ...value } as Submission);
      else complain(reading, `line ${index + 1}: neither an object nor a text`);
    } catch (error) {
      complain(reading, `line ${index + 1}: ${(error as Error).message}`);
    }
  });
  return reading;
}

const TEXTS = ["code", "runtime", "stdin", "priority", "engine"];
const WITHIN = /^(labels|env|limits)\.(.+)$/;

/** A table headed as the command line's: `code`, `stdin`, `labels.suite`, `env.NAME`, `limits.wall_seconds`. */
export function readCsv(text: string, usual: string): Reading {
  const reading: Reading = { submissions: [], problems: [] };
  const [head, ...rows] = cellsOf(text);
  if (!head?.includes("code")) {
    complain(reading, "the first line names no column `code`");
    return reading;
  }
  const unknown = head.filter((name) => !TEXTS.includes(name) && !WITHIN.test(name));
  if (unknown.length > 0) complain(reading, `no such column: ${unknown.join(", ")}`);
  rows.forEach((row, index) => {
    if (row.length === 1 && row[0] === "") return;
    if (row.length !== head.length) {
      complain(reading, `row ${index + 2}: has ${row.length} cells, the first has ${head.length}`);
      return;
    }
    reading.submissions.push(ofRow(head, row, usual));
  });
  return reading;
}

function ofRow(head: readonly string[], row: readonly string[], usual: string): Submission {
  const made: Record<string, unknown> = { runtime: usual };
  head.forEach((name, column) => {
    const value = row[column];
    const [, group, key] = WITHIN.exec(name) ?? [];
    if (!value) return;
    if (group && key) made[group] = { ...(made[group] as object), [key]: value };
    else if (TEXTS.includes(name)) made[name] = value;
  });
  return made as unknown as Submission;
}

/** Each file is a program, in the runtime whose programs are called so; its path is its label. */
async function readPrograms(files: readonly File[], runtimes: readonly Runtime[]): Promise<Reading> {
  const reading: Reading = { submissions: [], problems: [] };
  const sorted = [...files].sort((left, right) => pathOf(left).localeCompare(pathOf(right)));
  for (const file of sorted) {
    const path = pathOf(file);
    const runtime = runtimeOf(path, runtimes);
    if (path.split("/").some((part) => part.startsWith(".") || part === "__pycache__")) continue;
    if (!runtime) {
      complain(reading, `${path}: no runtime here has programs that are called so`);
      continue;
    }
    const code = await file.text();
    reading.submissions.push({ code, runtime, labels: { file: path.slice(-255) } } as unknown as Submission);
  }
  return reading;
}

export function runtimeOf(path: string, runtimes: readonly Runtime[]): string | undefined {
  const suffix = /\.[^./]+$/.exec(path)?.[0];
  const found = runtimes.filter((one) => one.image == null && suffix && one.entrypoint.endsWith(suffix));
  return (found.find((one) => (one.aliases?.length ?? 0) > 0) ?? found[0])?.name;
}

function pathOf(file: File): string {
  return file.webkitRelativePath || file.name;
}

function complain(reading: Reading, words: string): void {
  if (reading.problems.length < MOST_PROBLEMS) reading.problems.push(words);
}
