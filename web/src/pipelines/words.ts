/** Where a pipeline and its stages are, in words and in the colour that goes with them. */
import type { PipelineState, PipelineSummary, Stage, StageStatus } from "../api/types";
import { STAGE_STATUS_VALUES } from "../api/vocabulary";
import { OUTCOME_FAULTS, OUTCOME_WORDS, type Tone } from "../words/outcomes";

export const STATE_WORDS: Record<PipelineState, string> = {
  running: "Running",
  completed: "Done",
  failed: "Failed",
  cancelled: "Stopped",
};

export const STATE_TONES: Record<PipelineState, Tone> = {
  running: "active",
  completed: "nobody",
  failed: "program",
  cancelled: "user",
};

const STAGE_WORDS: Record<StageStatus, string> = {
  waiting: "Waits",
  queued: "Queued",
  running: "Runs",
  completed: "Done",
  failed: "Failed",
  cancelled: "Stopped",
  skipped: "Skipped",
};

export const FAILURE_WORDS: Record<Stage["on_failure"], string> = {
  stop: "the pipeline ends",
  skip: "what needs it is skipped",
  continue: "what needs it runs all the same",
};

const TONES: Record<StageStatus, Tone> = {
  waiting: "quiet",
  queued: "quiet",
  running: "active",
  completed: "nobody",
  failed: "program",
  cancelled: "user",
  skipped: "quiet",
};

/** Whose doing it was decides the colour, where that is known. */
export function toneOfStage(stage: Pick<Stage, "status" | "outcome">): Tone {
  return stage.outcome ? OUTCOME_FAULTS[stage.outcome] : TONES[stage.status];
}

export function inBrief(stage: Pick<Stage, "status" | "outcome">): string {
  if (stage.outcome && stage.status === "failed") return OUTCOME_WORDS[stage.outcome];
  return STAGE_WORDS[stage.status];
}

/** `3 of 5 done, 1 runs`: those that occur, in the order in which stages go through them. */
export function progressOf(pipeline: Pick<PipelineSummary, "statuses" | "stage_count">): string {
  const statuses = pipeline.statuses as Partial<Record<StageStatus, number>>;
  const rest = STAGE_STATUS_VALUES.filter((status) => status !== "completed" && (statuses[status] ?? 0) > 0);
  return [
    `${statuses.completed ?? 0} of ${pipeline.stage_count} done`,
    ...rest.map((status) => `${statuses[status]} ${STAGE_WORDS[status].toLowerCase()}`),
  ].join(", ");
}
