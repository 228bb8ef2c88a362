/** How an evaluation ended, in words, and whose doing that was. The enumerations are the API's. */
import type { Evaluation, EvaluationSummary, Fault, Outcome, Status } from "../api/types";
import { bytes, seconds } from "./units";

export const OUTCOME_WORDS: Record<Outcome, string> = {
  succeeded: "Succeeded",
  nonzero_exit: "Ended with an error",
  killed_by_signal: "Crashed",
  compile_error: "Did not compile",
  timed_out: "Ran out of time",
  cpu_exceeded: "Used up its processor time",
  memory_exceeded: "Ran out of memory",
  disk_exceeded: "Filled its disk",
  output_exceeded: "Printed too much",
  cancelled: "Stopped on request",
  sandbox_error: "Crucible could not run it",
};

export const STATUS_WORDS: Record<Status, string> = {
  queued: "Queued",
  running: "Running",
  completed: "Completed",
  failed: "Failed",
  cancelled: "Cancelled",
};

export const FAULT_WORDS: Record<Fault, string> = {
  nobody: "nothing went wrong",
  program: "the program’s doing",
  limit: "a limit’s doing",
  user: "somebody’s wish",
  crucible: "our fault, not the program’s",
};

/** Whose doing each outcome is, as the server reckons it. */
export const OUTCOME_FAULTS: Record<Outcome, Fault> = {
  succeeded: "nobody",
  nonzero_exit: "program",
  killed_by_signal: "program",
  compile_error: "program",
  timed_out: "limit",
  cpu_exceeded: "limit",
  memory_exceeded: "limit",
  disk_exceeded: "limit",
  output_exceeded: "limit",
  cancelled: "user",
  sandbox_error: "crucible",
};

/** One sentence below the outcome: what exactly happened. */
export function explanation(evaluation: Evaluation): string {
  const { limits } = evaluation;
  switch (evaluation.outcome) {
    case "succeeded":
      return "It ran to its end and exited with code 0.";
    case "nonzero_exit":
      return `It ran to its end and exited with code ${evaluation.exit_code}.`;
    case "killed_by_signal":
      return `${evaluation.signal ?? "A signal"} ended it${SIGNALS[evaluation.signal ?? ""] ?? ""}.`;
    case "compile_error":
      return "The compiler refused it, so nothing of it ran.";
    case "timed_out":
      return `It was still running after ${seconds(limits.wall_seconds ?? 0)}, and was stopped.`;
    case "cpu_exceeded":
      return `It used the ${seconds(limits.cpu_seconds ?? 0)} of processor time that it had.`;
    case "memory_exceeded":
      return `It wanted more than the ${bytes(limits.memory_bytes ?? 0)} that it had, and the kernel stopped it.`;
    case "disk_exceeded":
      return `It wrote more than ${bytes(limits.disk_bytes ?? 0)} to its files.`;
    case "output_exceeded":
      return `It printed more than ${bytes(limits.output_bytes ?? 0)}, and was stopped.`;
    case "cancelled":
      return evaluation.error ?? "Somebody asked for its end.";
    case "sandbox_error":
      return evaluation.error ?? "The reason is in the server’s log.";
    default:
      return "";
  }
}

const SIGNALS: Record<string, string> = {
  SIGSEGV: ": it touched memory that is not its own",
  SIGABRT: ": it gave up by itself (abort)",
  SIGFPE: ": a calculation had no result, such as a division by zero",
  SIGILL: ": its machine code is not valid here",
  SIGKILL: ": it, or something inside of its sandbox, was killed",
  SIGBUS: ": it touched memory that has no storage behind it",
  SIGSYS: ": it made a system call that the sandbox forbids",
};

/** What a list or a tab's title says of an evaluation in one word or two. */
export function inBrief(evaluation: Pick<EvaluationSummary, "status" | "outcome">): string {
  return evaluation.outcome ? OUTCOME_WORDS[evaluation.outcome] : STATUS_WORDS[evaluation.status];
}

export type Tone = "active" | "quiet" | Fault;

/** Which colour speaks of it: faults have one each, what has not ended has its own. */
export function toneOf(evaluation: Pick<EvaluationSummary, "status" | "fault">): Tone {
  if (evaluation.fault) return evaluation.fault;
  return evaluation.status === "running" ? "active" : "quiet";
}
