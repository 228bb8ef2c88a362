/**
 * What is kept of an output to show it: the last rows, whatever it grew to. An output of 100 MB passes through here
 * in the memory of some; the whole of it is at the server.
 */

import type { StreamName } from "../api/types";
import { AnsiLines, type Line } from "../text/ansi";

export interface Row {
  stream: StreamName;
  line: Line;
}

export const MOST_ROWS = 50_000;
export const MOST_CHARACTERS = 8_000_000;
const SLACK = 1_000;

export class Rows {
  /** How many rows came before the first that is kept. */
  dropped = 0;
  #rows: Row[] = [];
  #characters = 0;
  #lines: Record<StreamName, AnsiLines> = { stdout: new AnsiLines(), stderr: new AnsiLines() };
  #open: StreamName | null = null;

  get length(): number {
    return this.#rows.length + (this.#openRow ? 1 : 0);
  }

  at(index: number): Row | undefined {
    return index === this.#rows.length ? (this.#openRow ?? undefined) : this.#rows[index];
  }

  /** Takes the next piece of one stream. Where the other stream's line stands open, it gets a row of its own. */
  feed(stream: StreamName, text: string): void {
    if (this.#open !== null && this.#open !== stream) this.#close();
    for (const line of this.#lines[stream].feed(text)) this.#push({ stream, line });
    this.#open = stream;
    if (this.#rows.length > MOST_ROWS + SLACK || this.#characters > MOST_CHARACTERS) this.#forget();
  }

  /** The text of the rows that are kept, without colours. */
  text(): string {
    const parts: string[] = [];
    for (let index = 0; index < this.length; index += 1) {
      const line = this.at(index)?.line;
      if (line) parts.push(textOf(line), line.continued ? "" : "\n");
    }
    return parts.join("");
  }

  get #openRow(): Row | null {
    if (this.#open === null) return null;
    const line = this.#lines[this.#open].open;
    return line.length > 0 ? { stream: this.#open, line } : null;
  }

  #close(): void {
    if (this.#openRow && this.#open) {
      for (const line of this.#lines[this.#open].feed("\n")) this.#push({ stream: this.#open, line });
    }
  }

  #push(row: Row): void {
    this.#rows.push(row);
    this.#characters += row.line.length;
  }

  #forget(): void {
    let gone = Math.max(0, this.#rows.length - MOST_ROWS);
    for (let index = 0; index < gone; index += 1) this.#characters -= this.#rows[index]?.line.length ?? 0;
    while (this.#characters > MOST_CHARACTERS * 0.9 && gone < this.#rows.length) {
      this.#characters -= this.#rows[gone]?.line.length ?? 0;
      gone += 1;
    }
    this.#rows.splice(0, gone);
    this.dropped += gone;
  }
}

export function textOf(line: Line): string {
  return line.segments.map((segment) => segment.text).join("");
}
