/** What was run in a session from this page, and what each wrote: the last of it, whatever it grew to. */
import { Store } from "../api/store";
import type { ExecResult } from "../api/types";
import { Rows } from "../run/rows";
import { exec, textOf } from "./calls";

export interface Entry {
  number: number;
  command: string;
  rows: Rows;
  state: "running" | "ended" | "stopped" | "failed";
  result: ExecResult | null;
  /** Why it could not be run. */
  reason: string | null;
}

const MOST_ENTRIES = 30;
const TIMEOUT_SECONDS = 3600;

export class Transcript {
  readonly entries = new Store<readonly Entry[]>([]);
  #number = 0;
  #stop: AbortController | null = null;
  #scheduled = false;

  constructor(readonly id: string) {}

  get isRunning(): boolean {
    return this.#stop !== null;
  }

  stop(): void {
    this.#stop?.abort();
  }

  /** Runs a line as a shell would, and returns once it ended. */
  async run(command: string): Promise<void> {
    this.#number += 1;
    const entry: Entry = {
      number: this.#number,
      command,
      rows: new Rows(),
      state: "running",
      result: null,
      reason: null,
    };
    this.entries.set([...this.entries.get(), entry].slice(-MOST_ENTRIES));
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    try {
      const request = { argv: ["sh", "-c", command], timeout_seconds: TIMEOUT_SECONDS };
      for await (const event of exec(this.id, request, signal)) {
        if (event.kind === "output") entry.rows.feed(event.stream, textOf(event.output));
        else if (event.kind === "finished") Object.assign(entry, { state: "ended", result: event.result });
        else Object.assign(entry, { state: "failed", reason: String(event.problem.detail ?? "It was lost.") });
        this.#tell();
      }
      if (entry.state === "running") Object.assign(entry, { state: "failed", reason: "The connection was lost." });
    } catch (error) {
      if (signal.aborted) entry.state = "stopped";
      else Object.assign(entry, { state: "failed", reason: (error as Error).message });
    } finally {
      this.#stop = null;
      this.#tell();
    }
  }

  /** At most once a frame: a flood must not be a render for each piece. */
  #tell(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.entries.set([...this.entries.get()]);
    });
  }
}

const transcripts = new Map<string, Transcript>();

/** The session's transcript, kept while the page is open, wherever one goes in it. */
export function transcriptOf(id: string): Transcript {
  const known = transcripts.get(id);
  if (known) return known;
  const made = new Transcript(id);
  transcripts.set(id, made);
  return made;
}
