/**
 * A pipeline as it comes from the desktop: a file in TOML or JSON, as the command takes it, and beside it the programs
 * and data that it names with `file`. What can't be read is told by its field, as the server does with the rest.
 */
import { parse, TomlError } from "smol-toml";
import type { FieldProblem } from "../api/problem";
import type { PipelineRequest, Runtime } from "../api/types";
import { runtimeOf } from "../batches/read";
import { toDraftFile } from "../compose/files";

export interface Reading {
  /** The file's own name; none where there was no such file. */
  from: string | null;
  request: PipelineRequest | null;
  problems: FieldProblem[];
}

type Table = Record<string, unknown>;

export async function readPipeline(files: readonly File[], runtimes: readonly Runtime[]): Promise<Reading> {
  const candidates = files.filter((file) => /\.(toml|json)$/i.test(file.name));
  const chosen = candidates.length > 1 ? candidates.filter((file) => /^pipeline\./i.test(file.name)) : candidates;
  const [file] = chosen;
  if (!file || chosen.length > 1) {
    const message =
      candidates.length === 0 ? "choose one that ends in .toml or .json" : "choose one, or call it pipeline.toml";
    return { from: null, request: null, problems: [{ field: "file", message }] };
  }
  const reading: Reading = { from: file.name, request: null, problems: [] };
  try {
    const whole = file.name.toLowerCase().endsWith(".toml")
      ? parse(await file.text())
      : JSON.parse(await file.text());
    if (!isTable(whole)) throw new Error("it holds no table");
    const beside = new Beside(files, file);
    const stages: unknown[] = Array.isArray(whole.stages) ? whole.stages : [];
    const filled = await Promise.all(
      stages.map((stage, index) =>
        isTable(stage) ? withFiles(stage, `stages[${index}]`, beside, runtimes, reading.problems) : stage,
      ),
    );
    reading.request = { ...whole, ...(Array.isArray(whole.stages) ? { stages: filled } : {}) } as PipelineRequest;
  } catch (error) {
    reading.problems.push({ field: file.name, message: inBrief(error as Error) });
  }
  return reading;
}

async function withFiles(
  stage: Table,
  place: string,
  beside: Beside,
  runtimes: readonly Runtime[],
  problems: FieldProblem[],
): Promise<Table> {
  const { file, ...filled } = stage;
  if (typeof file === "string") {
    const found = beside.named(file);
    if (found) {
      filled.code = await found.text();
      filled.runtime ??= runtimeOf(file, runtimes);
    } else problems.push({ field: `${place}.file`, message: lacking(file) });
  }
  if (Array.isArray(filled.files))
    filled.files = await Promise.all(
      filled.files.map(async (entry: unknown, index) => {
        if (!isTable(entry) || typeof entry.file !== "string") return entry;
        const { file: name, ...rest } = entry;
        const found = beside.named(entry.file);
        if (!found) {
          problems.push({ field: `${place}.files[${index}].file`, message: lacking(entry.file) });
          return rest;
        }
        const { path, ...content } = toDraftFile(String(name), new Uint8Array(await found.arrayBuffer()));
        return { path, ...content, ...rest };
      }),
    );
  return filled;
}

/** What was chosen together with the pipeline's file, found by its path from there, or by its name. */
class Beside {
  readonly #files: ReadonlyMap<string, File>;

  constructor(files: readonly File[], pipeline: File) {
    const folder = pipeline.webkitRelativePath.replace(/[^/]*$/, "");
    this.#files = new Map(
      files.map((file) => [
        file.webkitRelativePath ? file.webkitRelativePath.replace(folder, "") : file.name,
        file,
      ]),
    );
  }

  named(path: string): File | undefined {
    const plain = path.replace(/^\.\//, "");
    return this.#files.get(plain) ?? this.#files.get(plain.replace(/^.*\//, ""));
  }
}

function lacking(path: string): string {
  return `names ${JSON.stringify(path)}, which was not chosen: choose it together with this file, or its folder`;
}

/** What is wrong and where; the parser's picture of the line is left out. */
function inBrief(error: Error): string {
  const [first = ""] = error.message.split("\n");
  const message = first.replace(/^Invalid TOML document: /, "");
  return error instanceof TomlError ? `line ${error.line}, column ${error.column}: ${message}` : message;
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
