/**
 * Follows an evaluation's events until it ended, over as many connections as that takes.
 *
 * The browser's EventSource would hide why a connection failed and never notices one that fell silent, so this reads
 * the stream itself: it resumes behind the last event with `Last-Event-ID`, drops what it has seen, waits longer after
 * each failure, and takes the network's return as a reason to try at once.
 */
import { backoffMs } from "./backoff";
import { type Problem, problemOf } from "./problem";
import { MessageParser } from "./serverSentEvents";
import { eventLag, reach } from "./traffic";
import type { CrucibleEvent } from "./types";

export type Following =
  | { state: "connecting" }
  | { state: "live" }
  | { state: "waiting"; retryAt: number }
  | { state: "refused"; problem: Problem }
  | { state: "ended" };

interface Follower {
  onEvents(events: CrucibleEvent[]): void;
  onState(state: Following): void;
}

/** The server sends a sign of life each 15 seconds; two missing ones mean that the connection is dead. */
const SILENCE_MS = 40_000;

class Dead extends Error {}

export async function follow(evaluationId: string, follower: Follower, signal: AbortSignal): Promise<void> {
  let last = "";
  for (let attempt = 0; !signal.aborted; ) {
    follower.onState({ state: "connecting" });
    try {
      for await (const events of connection(evaluationId, last, signal, follower)) {
        const fresh = events.filter((event) => isBehind(event, last));
        const latest = fresh.at(-1);
        if (latest === undefined) continue;
        last = `${latest.fence}-${latest.sequence}`;
        attempt = 0;
        follower.onEvents(fresh);
        eventLag.set(Math.max(0, Date.now() - Date.parse(latest.at)));
        if (latest.kind === "finished") {
          follower.onState({ state: "ended" });
          return;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (isProblem(error) && !error.isPassing) {
        follower.onState({ state: "refused", problem: error });
        return;
      }
      if (!isProblem(error)) reach.set("unreachable");
    }
    const pause = backoffMs(attempt++);
    follower.onState({ state: "waiting", retryAt: Date.now() + pause });
    await pauseUnlessOnline(pause, signal);
  }
}

function isProblem(error: unknown): error is Problem {
  return error instanceof Error && error.name === "Problem";
}

function isBehind(event: CrucibleEvent, last: string): boolean {
  if (last === "") return true;
  const [fence = 0, sequence = 0] = last.split("-").map(Number);
  return event.fence > fence || (event.fence === fence && event.sequence > sequence);
}

async function* connection(
  evaluationId: string,
  last: string,
  signal: AbortSignal,
  follower: Follower,
): AsyncGenerator<CrucibleEvent[]> {
  const dead = new AbortController();
  let alarm = setTimeout(() => dead.abort(new Dead()), SILENCE_MS);
  try {
    const response = await fetch(`/api/v1/evaluations/${evaluationId}/events`, {
      headers: { Accept: "text/event-stream", ...(last ? { "Last-Event-ID": last } : {}) },
      signal: AbortSignal.any([signal, dead.signal]),
      cache: "no-store",
    });
    if (!response.ok || response.body === null) throw await problemOf(response);
    reach.set("reachable");
    follower.onState({ state: "live" });
    const parser = new MessageParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(alarm);
      alarm = setTimeout(() => dead.abort(new Dead()), SILENCE_MS);
      const events = parser.feed(value).map((message) => JSON.parse(message.data) as CrucibleEvent);
      if (events.length > 0) yield events;
    }
  } finally {
    clearTimeout(alarm);
    dead.abort();
  }
}

function pauseUnlessOnline(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    window.addEventListener("online", done);
    signal.addEventListener("abort", done);
  });
}
