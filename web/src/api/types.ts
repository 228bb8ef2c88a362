/** The API's shapes under the names by which the console calls them. */
import type { components } from "./schema";

type Schemas = components["schemas"];

/** Of a list, with where the next part begins; none where this is the last. */
export interface Part<Item> {
  items: readonly Item[];
  next_cursor?: string | null;
}

export type Evaluation = Schemas["Evaluation"];
export type EvaluationSummary = Schemas["EvaluationSummary"];
export type Annotation = Schemas["Annotation"];
export type Batch = Schemas["Batch"];
export type BatchRequest = Schemas["BatchRequest"];
export type BatchState = Schemas["BatchState"];
export type BlobKind = Schemas["BlobKind"];
export type Cause = Schemas["Cause"];
export type CheckRequest = Schemas["CheckRequest"];
export type CheckResult = Schemas["CheckResult"];
export type CrucibleEvent = Schemas["Event"];
export type Finding = Schemas["Finding"];
export type InputFile = Schemas["InputFile"];
export type Engine = Schemas["Engine"];
export type ExecEvent = Schemas["ExecEvent"];
export type ExecResult = Schemas["ExecResult"];
export type DeadLetter = Schemas["DeadLetter"];
export type DeadLetterState = Schemas["DeadLetterState"];
export type DeadLetterSummary = Schemas["DeadLetterSummary"];
type EventKind = CrucibleEvent["kind"];
export type EventOf<K extends EventKind> = Extract<CrucibleEvent, { kind: K }>;
export type Firing = Schemas["Firing"];
export type Fault = Schemas["Fault"];
export type Isolation = Schemas["Isolation"];
export type Lifecycle = Schemas["Lifecycle"];
export type Limits = Schemas["Limits"];
export type LimitName = keyof Limits;
export type LogLevel = Schemas["LogLevel"]["level"];
export type MissedRuns = Schemas["MissedRuns"];
export type Order = Schemas["Order"];
export type Outcome = Schemas["Outcome"];
export type OutputFile = Schemas["OutputFile"];
export type Percentiles = Schemas["Percentiles"];
export type Pipeline = Schemas["Pipeline"];
export type PipelineRequest = Schemas["PipelineRequest"];
export type PipelineState = Schemas["PipelineState"];
export type PipelineSummary = Schemas["PipelineSummary"];
export type Priority = Schemas["Priority"];
export type QueueNow = Schemas["Queue"];
export type Runtime = Schemas["Runtime"];
export type SandboxAttempt = Schemas["SandboxAttempt"];
export type Schedule = Schemas["Schedule"];
export type ScheduleRequest = Schemas["ScheduleRequest"];
export type ScheduleState = Schemas["ScheduleState"];
export type Session = Schemas["Session"];
export type SessionAttempts = Schemas["SessionAttempts"];
export type SessionState = Schemas["SessionState"];
export type Sort = Schemas["Sort"];
export type Stage = Schemas["Stage"];
export type StageStatus = Schemas["StageStatus"];
export type Statistics = Schemas["Statistics"];
export type Status = Schemas["Status"];
export type StorageNow = Schemas["Storage"];
export type Submission = Schemas["Submission"];
export type Upcoming = Schemas["Upcoming"];
export type Worker = Schemas["Worker"];
export type WorkerState = Schemas["WorkerState"];
export type StreamName = EventOf<"output">["stream"];

/** Whether nothing follows. */
export function isFinal(status: Status): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}
