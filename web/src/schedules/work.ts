/** What a schedule runs: a program, a batch or a pipeline. */
import type { Schedule, ScheduleRequest } from "../api/types";
import { count } from "../words/units";

export type Work = Pick<ScheduleRequest, "submission" | "batch" | "pipeline">;
export type Kind = keyof Work;

export const NOTHING: Work = { submission: null, batch: null, pipeline: null };

/** Returns the part of a schedule, or of a request for one, that says what runs. */
export function workOf({ submission = null, batch = null, pipeline = null }: Partial<Schedule & Work>): Work {
  return { submission, batch, pipeline };
}

export function kindOf(work: Work): Kind {
  return work.batch ? "batch" : work.pipeline ? "pipeline" : "submission";
}

/** What it is in a list, where a program needs no words. */
export function inShort(work: Work): string | null {
  if (work.batch) return `a batch of ${count(work.batch.evaluations.length, "program")}`;
  if (work.pipeline) return `a pipeline of ${count(work.pipeline.stages.length, "stage")}`;
  return null;
}
