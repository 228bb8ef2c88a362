/**
 * What a page knows of one evaluation from its events, kept outside of React: a megabyte a second of output must not
 * be a render each. Whoever looks is told once a frame.
 */
import { type Following, follow } from "../api/follow";
import { Store } from "../api/store";
import type { CrucibleEvent, EventOf, StreamName } from "../api/types";
import { Rows } from "./rows";

export interface Sample {
  wall: number;
  cpu: number;
  memory: number;
  processes: number;
}

export interface Snapshot {
  /** Grows with each change; what hangs on the rows hangs on this. */
  version: number;
  following: Following;
  /** All but output, samples and progress, in order. */
  events: readonly CrucibleEvent[];
  started: EventOf<"started"> | null;
  finished: EventOf<"finished"> | null;
  cancelRequested: boolean;
  /** How far the program says that it is; each word of it replaces the one before. */
  progress: EventOf<"progress"> | null;
  bytes: Record<StreamName, number>;
}

export type OutputView = "together" | StreamName;

const MOST_EVENTS = 5_000;
/** Of how many measurements a curve is made at least. */
export const FEWEST_SAMPLES = 3;
const MOST_SAMPLES = 4_000;

export class RunRecord {
  readonly snapshot: Store<Snapshot>;
  rows: Record<OutputView, Rows> = emptyRows();
  samples: Sample[] = [];
  #next: Snapshot;
  #decoders = newDecoders();
  #scheduled = false;
  readonly #stop = new AbortController();

  constructor(readonly id: string) {
    this.#next = {
      version: 0,
      following: { state: "connecting" },
      events: [],
      started: null,
      finished: null,
      cancelRequested: false,
      progress: null,
      bytes: { stdout: 0, stderr: 0 },
    };
    this.snapshot = new Store(this.#next);
  }

  /** Also what follows anew, after a refusal that no longer holds. */
  begin(): void {
    void follow(
      this.id,
      {
        onEvents: (events) => this.take(events),
        onState: (following) => this.#change({ following }),
      },
      this.#stop.signal,
    );
  }

  end(): void {
    this.#stop.abort();
  }

  take(events: readonly CrucibleEvent[]): void {
    const told: CrucibleEvent[] = [];
    const change: Partial<Snapshot> = {};
    for (const event of events) {
      if (event.kind === "output") this.#output(event);
      else if (event.kind === "usage") this.#sample(event);
      else if (event.kind === "progress") change.progress = event;
      else told.push(event);
      if (event.kind === "started") change.started = event;
      else if (event.kind === "finished") change.finished = event;
      else if (event.kind === "cancel_requested") change.cancelRequested = true;
      else if (event.kind === "requeued") this.#anew(change);
    }
    if (told.length > 0) change.events = [...this.#next.events, ...told].slice(-MOST_EVENTS);
    this.#change(change);
  }

  /** Its holder was lost: what that one wrote is void, and it runs from the beginning. */
  #anew(change: Partial<Snapshot>): void {
    this.rows = emptyRows();
    this.samples = [];
    this.#decoders = newDecoders();
    change.started = null;
    change.progress = null;
    this.#next = { ...this.#next, bytes: { stdout: 0, stderr: 0 } };
  }

  #output(event: EventOf<"output">): void {
    const [text, bytes] = this.#decoders[event.stream].decode(event);
    this.#next = {
      ...this.#next,
      bytes: { ...this.#next.bytes, [event.stream]: event.offset + bytes },
    };
    this.rows.together.feed(event.stream, text);
    this.rows[event.stream].feed(event.stream, text);
  }

  #sample(event: EventOf<"usage">): void {
    this.samples.push({
      wall: event.wall_seconds,
      cpu: event.cpu_seconds,
      memory: event.memory_bytes,
      processes: event.processes,
    });
    if (this.samples.length > MOST_SAMPLES) this.samples = this.samples.filter((_, index) => index % 2 === 0);
  }

  #change(change: Partial<Snapshot>): void {
    this.#next = { ...this.#next, ...change, version: this.#next.version + 1 };
    if (this.#scheduled) return;
    this.#scheduled = true;
    const tell = () => {
      this.#scheduled = false;
      this.snapshot.set(this.#next);
    };
    if (typeof document === "undefined" || document.hidden) setTimeout(tell, 100);
    else requestAnimationFrame(tell);
  }
}

function emptyRows(): Record<OutputView, Rows> {
  return { together: new Rows(), stdout: new Rows(), stderr: new Rows() };
}

/** Joins characters that were torn apart between two events, each stream for itself. */
class Decoder {
  #decoder = new TextDecoder();
  #torn = false;

  decode(event: EventOf<"output">): [text: string, bytes: number] {
    if (event.encoding === "utf-8") {
      const encoded = new TextEncoder().encode(event.data);
      const text = this.#torn ? this.#decoder.decode(encoded, { stream: true }) : event.data;
      this.#torn = false;
      return [text, encoded.length];
    }
    const raw = Uint8Array.from(atob(event.data), (character) => character.charCodeAt(0));
    this.#torn = true;
    return [this.#decoder.decode(raw, { stream: true }), raw.length];
  }
}

function newDecoders(): Record<StreamName, Decoder> {
  return { stdout: new Decoder(), stderr: new Decoder() };
}
