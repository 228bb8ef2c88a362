/** What is being composed, and how it becomes a submission. */
import type { InputFile, Isolation, LimitName, Priority, Submission } from "../api/types";
import { LIMIT_BOUNDS } from "../api/vocabulary";

export interface DraftFile {
  path: string;
  content: string;
  encoding: "utf-8" | "base64";
}

export interface Draft {
  runtime: string;
  /** The program; its file is called as the runtime calls it. */
  code: string;
  files: DraftFile[];
  stdin: string;
  /** One argument a line, so that none needs quoting. */
  argv: string;
  env: [name: string, value: string][];
  labels: [key: string, value: string][];
  /** Only what differs from the server's defaults. */
  limits: Partial<Record<LimitName, number>>;
  priority: Priority;
  /** What isolates it: an engine's name, or null for the server's own choice. */
  engine: string | null;
  minimumIsolation: Isolation;
  /** Whether the program is given a descriptor to say how far it is. */
  reportsProgress: boolean;
}

export const EMPTY_DRAFT: Draft = {
  runtime: "python",
  code: "",
  files: [],
  stdin: "",
  argv: "",
  env: [],
  labels: [],
  limits: {},
  priority: "normal",
  engine: null,
  minimumIsolation: "shared-kernel",
  reportsProgress: false,
};

/** The request's body: what is not set stands for the server's own default, and is left out. */
export function toSubmission(draft: Draft): Submission {
  const argv = draft.argv === "" ? [] : draft.argv.replace(/\n$/, "").split("\n");
  const env = named(draft.env);
  const labels = named(draft.labels);
  return {
    code: draft.code,
    runtime: draft.runtime,
    ...(draft.files.length > 0 ? { files: draft.files as InputFile[] } : {}),
    ...(draft.stdin ? { stdin: draft.stdin } : {}),
    ...(argv.length > 0 ? { argv } : {}),
    ...(Object.keys(env).length > 0 ? { env } : {}),
    ...(Object.keys(labels).length > 0 ? { labels } : {}),
    ...(Object.keys(draft.limits).length > 0 ? { limits: draft.limits } : {}),
    ...(draft.priority === "normal" ? {} : { priority: draft.priority }),
    ...(draft.engine ? { engine: draft.engine } : {}),
    ...(draft.minimumIsolation === "shared-kernel" ? {} : { minimum_isolation: draft.minimumIsolation }),
    ...(draft.reportsProgress ? { reports_progress: true } : {}),
  } as Submission;
}

/** A draft of what was handed in before; `entrypoint` among the files becomes the program that is edited. */
export function toDraft(submission: Submission): Draft {
  const files = (submission.files ?? []) as DraftFile[];
  const program = submission.code ?? files.find((file) => file.path === submission.entrypoint)?.content ?? "";
  const limits: Draft["limits"] = {};
  for (const { name, default: usual } of LIMIT_BOUNDS) {
    const value = submission.limits?.[name];
    if (value !== undefined && value !== null && value !== usual) limits[name] = value;
  }
  return {
    ...EMPTY_DRAFT,
    runtime: submission.runtime ?? EMPTY_DRAFT.runtime,
    code: program,
    files: submission.code == null ? files.filter((file) => file.path !== submission.entrypoint) : files,
    stdin: submission.stdin ?? "",
    argv: (submission.argv ?? []).join("\n"),
    env: Object.entries(submission.env ?? {}),
    labels: Object.entries(submission.labels ?? {}),
    limits,
    priority: submission.priority ?? "normal",
    engine: submission.engine ?? null,
    minimumIsolation: submission.minimum_isolation ?? "shared-kernel",
    reportsProgress: submission.reports_progress ?? false,
  };
}

const DRAFTED = new Set<string>([
  "code",
  "runtime",
  "files",
  "entrypoint",
  "stdin",
  "argv",
  "env",
  "labels",
  "limits",
  "priority",
  "engine",
  "minimum_isolation",
  "reports_progress",
]);

/** The draft as a submission again, with all of the one that it came from for which a draft has no place. */
export function edited(before: Submission, draft: Draft): Submission {
  const rest = Object.entries(before).filter(([name]) => !DRAFTED.has(name));
  return { ...Object.fromEntries(rest), ...toSubmission(draft) };
}

function named(pairs: [string, string][]): Record<string, string> {
  return Object.fromEntries(pairs.filter(([name]) => name !== ""));
}
