/** The same programs again, with more of what they ran out of. */
import { answer, api } from "../api/client";
import { submit } from "../api/queries";
import type { Evaluation, LimitName, Outcome, Submission } from "../api/types";

/** What can be given twice of, and which limits that is. */
export const MORE = {
  memory: ["memory_bytes"],
  time: ["wall_seconds", "cpu_seconds"],
  disk: ["disk_bytes"],
  output: ["output_bytes"],
} as const satisfies Record<string, readonly LimitName[]>;

export type More = keyof typeof MORE;

const RAN_OUT_OF: Partial<Record<Outcome, More>> = {
  memory_exceeded: "memory",
  timed_out: "time",
  cpu_exceeded: "time",
  disk_exceeded: "disk",
  output_exceeded: "output",
};

export function ranOutOf(outcome: Outcome | null | undefined): More | undefined {
  return outcome ? RAN_OUT_OF[outcome] : undefined;
}

/** The submission with these limits doubled; one that was not set stays so, as it follows from others. */
export function withTwice(submission: Submission, more: More): Submission {
  const limits = { ...submission.limits };
  for (const name of MORE[more]) {
    const value = limits[name];
    if (typeof value === "number") limits[name] = value * 2;
  }
  return { ...submission, limits };
}

export async function rerunWithTwice(id: string, more: More): Promise<Evaluation> {
  const params = { path: { evaluation_id: id } };
  const submission = await answer(api.GET("/api/v1/evaluations/{evaluation_id}/submission", { params }));
  return submit(withTwice(submission as Submission, more));
}
