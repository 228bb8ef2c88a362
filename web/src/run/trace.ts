/**
 * Finds the places in a program's own files that its error output names, for each language in which it is told
 * otherwise. The files are those under /workspace, the working directory of every sandbox, and bare names as
 * compilers write them. The patterns are data: a language is a line.
 */

import type { Rows } from "./rows";
import { textOf } from "./rows";

export interface Frame {
  path: string;
  line: number;
  column?: number;
  where?: string;
}

export interface Trace {
  frames: Frame[];
  /** The line that says what went wrong: `ZeroDivisionError: division by zero`. */
  message: string;
}

const WORKSPACE = "/workspace/";

const PLACES: readonly RegExp[] = [
  // Python:  File "/workspace/main.py", line 3, in compute
  /^\s*(?:\| )*File "(?<path>[^"]+)", line (?<line>\d+)(?:, in (?<where>.+))?$/,
  // JavaScript:  at compute (/workspace/main.js:3:9)   and   /workspace/main.js:3
  /^\s+at (?:(?<where>.+) \()?(?:file:\/\/)?(?<path>\/workspace\/[^:()]+):(?<line>\d+):(?<column>\d+)\)?$/,
  /^(?:file:\/\/)?(?<path>\/workspace\/[^:\s]+):(?<line>\d+)$/,
  // C and C++:  main.c:3:5: error: ...
  /^(?<path>[^\s:]+\.(?:c|h|cc|cpp|hpp)):(?<line>\d+):(?<column>\d+): (?:fatal )?error: /,
  // Bash:  main.sh: line 3: ...
  /^(?<path>[^\s:]+\.sh): line (?<line>\d+): /,
];

const MESSAGES: readonly RegExp[] = [
  /^(?:\w+\.)*[A-Z]\w*(?:Error|Exception|Interrupt|Exit|Warning|Iteration)(?:: .*)?$/,
  /^[^\s:]+\.(?:c|h|cc|cpp|hpp):\d+:\d+: (?:fatal )?(error: .*)$/,
  /^[^\s:]+\.sh: line \d+: (.*)$/,
];

const READ_ROWS = 400;

/** Reads the end of an error output; null where it names no place in the program. */
export function traceOf(lines: readonly string[], files: ReadonlySet<string>): Trace | null {
  const frames: Frame[] = [];
  let message = "";
  for (const line of lines) {
    const frame = frameOf(line, files);
    if (frame && !frames.some((known) => known.path === frame.path && known.line === frame.line))
      frames.push(frame);
    const told = messageOf(line);
    if (told) message = told;
  }
  return frames.length > 0 ? { frames: ordered(frames, lines), message } : null;
}

/** The last lines of an error output, as plain text. */
export function lastLines(rows: Rows): string[] {
  const lines: string[] = [];
  for (let index = Math.max(0, rows.length - READ_ROWS); index < rows.length; index += 1) {
    const row = rows.at(index);
    if (row) lines.push(textOf(row.line));
  }
  return lines;
}

function frameOf(line: string, files: ReadonlySet<string>): Frame | null {
  for (const place of PLACES) {
    const found = place.exec(line)?.groups;
    if (!found?.path || !found.line) continue;
    const path = found.path.startsWith(WORKSPACE) ? found.path.slice(WORKSPACE.length) : found.path;
    if (!files.has(path)) continue;
    return {
      path,
      line: Number(found.line),
      ...(found.column ? { column: Number(found.column) } : {}),
      ...(found.where ? { where: found.where } : {}),
    };
  }
  return null;
}

function messageOf(line: string): string | null {
  for (const pattern of MESSAGES) {
    const found = pattern.exec(line);
    if (found) return found[1] ?? found[0];
  }
  return null;
}

/** Python tells the innermost call last, Node first, and a compiler's first error is the one to mend. */
function ordered(frames: Frame[], lines: readonly string[]): Frame[] {
  return lines.some((line) => line.startsWith("Traceback ") || line.startsWith("  File "))
    ? frames.reverse()
    : frames;
}
