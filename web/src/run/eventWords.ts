/** What happened, in a line: a title of ours, and beside it what a worker, a program or a person wrote. */
import type { CrucibleEvent } from "../api/types";
import { OUTCOME_FAULTS, OUTCOME_WORDS, type Tone } from "../words/outcomes";
import { count } from "../words/units";

export interface Told {
  title: string;
  /** Others wrote parts of it: it is shown as text, and nothing else. */
  detail: string;
  tone: Tone;
}

export function told(event: CrucibleEvent): Told {
  switch (event.kind) {
    case "queued":
      return { title: "Queued", detail: "", tone: "quiet" };
    case "started":
      return {
        title: "Started",
        detail: `in ${event.engine}, ${event.isolation}, under ${event.worker}`,
        tone: "active",
      };
    case "attempt": {
      const often = event.count > 1 ? `, ${count(event.count, "time")}` : "";
      return { title: "Refused", detail: `${event.name} ${event.detail}${often}`.trim(), tone: "limit" };
    }
    case "cancel_requested":
      return { title: "Asked to stop", detail: `by ${event.subject}`, tone: "user" };
    case "requeued":
      return {
        title: "Lost, and queued again",
        detail: `${event.reason}${event.worker ? `, under ${event.worker}` : ""}`,
        tone: "crucible",
      };
    case "finished": {
      const code = event.exit_code == null ? "" : `exit code ${event.exit_code}`;
      return {
        title: OUTCOME_WORDS[event.outcome],
        detail: [event.signal, code, event.error].filter(Boolean).join(", "),
        tone: OUTCOME_FAULTS[event.outcome],
      };
    }
    default:
      return { title: event.kind.replaceAll("_", " "), detail: "", tone: "quiet" };
  }
}

const OF_EVERY_EVENT = new Set(["evaluation_id", "fence", "sequence", "at", "kind"]);

/** All that an event carries of its own, and where it stands. */
export function carried(event: CrucibleEvent): Record<string, unknown> {
  return {
    at: event.at,
    position: `${event.fence}-${event.sequence}`,
    ...Object.fromEntries(Object.entries(event).filter(([name]) => !OF_EVERY_EVENT.has(name))),
  };
}

/** Those of the kinds that were chosen (all, where none was) in which every word that is looked for stands. */
export function narrowed(
  events: readonly CrucibleEvent[],
  kinds: ReadonlySet<string>,
  looked: string,
): CrucibleEvent[] {
  const words = looked.toLowerCase().split(/\s+/).filter(Boolean);
  return events.filter((event) => {
    if (kinds.size > 0 && !kinds.has(event.kind)) return false;
    if (words.length === 0) return true;
    const { title, detail } = told(event);
    const text = `${title} ${detail} ${event.kind} ${JSON.stringify(carried(event))}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
