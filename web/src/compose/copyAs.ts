/** The draft as a command or a program that hands in the same from elsewhere. */
import type { Submission } from "../api/types";

import type { CopyKind } from "./copyKinds";

export function copyAs(kind: CopyKind, submission: Submission, origin: string, entrypoint: string): string {
  if (kind === "curl") return asCurl(submission, origin);
  if (kind === "python") return asPython(submission, origin);
  return asCommand(submission, origin, entrypoint);
}

/** One shell word, whatever is in it. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
}

function asCurl(submission: Submission, origin: string): string {
  const body = JSON.stringify(submission);
  return `curl -s ${quoted(`${origin}/api/v1/evaluations?wait=60`)} \\\n  -H 'Content-Type: application/json' \\\n  --data-binary ${quoted(body)}\n`;
}

function asPython(submission: Submission, origin: string): string {
  const { code, limits, files, ...rest } = submission;
  const names = ["Crucible", ...(files?.length ? ["InputFile"] : []), ...(limits ? ["Limits"] : []), "Submission"];
  const fields = [`    code=${literal(code)},`];
  for (const [name, value] of Object.entries(rest)) fields.push(`    ${name}=${literal(value)},`);
  if (limits) {
    const given = Object.entries(limits).map(([name, value]) => `${name}=${literal(value)}`);
    fields.push(`    limits=Limits(${given.join(", ")}),`);
  }
  if (files?.length) {
    const made = files.map(
      (file) =>
        `        InputFile(path=${literal(file.path)}, content=${literal(file.content)}, encoding=${literal(file.encoding)}),`,
    );
    fields.push(`    files=[\n${made.join("\n")}\n    ],`);
  }
  return (
    `from crucible.client import ${names.join(", ")}\n\nprogram = Submission(\n${fields.join("\n")}\n)\n\n` +
    `with Crucible(${literal(origin)}) as crucible:\n    evaluation = crucible.run(program)\n` +
    "    print(evaluation.outcome, evaluation.stdout, evaluation.stderr)\n"
  );
}

/** JSON's strings are Python's, but for surrogates, which a submission can't hold. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object") {
    return `{${Object.entries(value)
      .map(([key, one]) => `${JSON.stringify(key)}: ${literal(one)}`)
      .join(", ")}}`;
  }
  return JSON.stringify(value);
}

/** The limits that the command line takes; of the others, a comment says so. */
const LIMIT_FLAGS: Record<string, string> = {
  wall_seconds: "--wall",
  cpu_seconds: "--cpu",
  memory_bytes: "--memory",
  processes: "--processes",
  disk_bytes: "--disk",
  output_bytes: "--output",
};

function asCommand(submission: Submission, origin: string, entrypoint: string): string {
  const written: string[] = [];
  const words = ["crucible", "run", "--url", origin, "--runtime", submission.runtime ?? "python"];
  for (const [name, value] of Object.entries(submission.limits ?? {})) {
    const flag = LIMIT_FLAGS[name];
    if (flag) words.push(flag, String(value));
    else written.push(`# ${name} = ${value} can't be given on the command line\n`);
  }
  for (const [name, value] of Object.entries(submission.env ?? {})) words.push("--env", `${name}=${value}`);
  for (const [key, value] of Object.entries(submission.labels ?? {})) words.push("--label", `${key}=${value}`);
  for (const file of submission.files ?? []) words.push("--file", file.path);
  if (submission.priority) words.push("--priority", submission.priority);
  if (submission.engine) words.push("--engine", submission.engine);
  if (submission.minimum_isolation) words.push("--isolation", submission.minimum_isolation);
  if (submission.stdin) words.push("--stdin", "stdin.txt");
  words.push(entrypoint, ...((submission.argv?.length ?? 0) > 0 ? ["--", ...(submission.argv ?? [])] : []));
  written.push(heredoc(entrypoint, submission.code ?? ""));
  for (const file of submission.files ?? []) {
    written.push(
      file.encoding === "base64"
        ? `base64 -d > ${quoted(file.path)} <<< ${quoted(file.content ?? "")}\n`
        : heredoc(file.path, file.content ?? ""),
    );
  }
  if (submission.stdin) written.push(heredoc("stdin.txt", submission.stdin));
  return `${written.join("")}${words.map(quoted).join(" ")}\n`;
}

/** Writes a file from a shell; its end mark is a line that the text does not have. */
function heredoc(path: string, content: string): string {
  let mark = "END";
  while (content.split("\n").includes(mark)) mark += "_";
  const newline = content.endsWith("\n") ? "" : "\n";
  return `cat > ${quoted(path)} <<'${mark}'\n${content}${newline}${mark}\n`;
}
