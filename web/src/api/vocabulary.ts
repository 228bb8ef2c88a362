// Generated from docs/openapi.json by scripts/generate-api.mjs (npm run generate).

export const BATCH_STATE_VALUES = ["open","running","completed","cancelled"] as const;
export const BLOB_KIND_VALUES = ["stdout","stderr","files"] as const;
export const DEAD_LETTER_STATE_VALUES = ["waiting","replayed","discarded"] as const;
export const DELIVERY_STATE_VALUES = ["pending","delivered","given_up"] as const;
export const END_REASON_VALUES = ["destroyed","idle","lifetime","broken","executor_gone"] as const;
export const EXPORT_FORMAT_VALUES = ["jsonl","csv"] as const;
export const FAULT_VALUES = ["nobody","program","limit","user","crucible"] as const;
export const ISOLATION_VALUES = ["shared-kernel","user-space-kernel","virtual-machine"] as const;
export const LIFECYCLE_VALUES = ["active","archived","deleted"] as const;
export const MISSED_RUNS_VALUES = ["skip","once","all"] as const;
export const ON_FAILURE_VALUES = ["stop","skip","continue"] as const;
export const ORDER_VALUES = ["desc","asc"] as const;
export const OUTCOME_VALUES = ["succeeded","nonzero_exit","killed_by_signal","compile_error","timed_out","cpu_exceeded","memory_exceeded","disk_exceeded","output_exceeded","cancelled","sandbox_error"] as const;
export const PIPELINE_STATE_VALUES = ["running","completed","failed","cancelled"] as const;
export const PRIORITY_VALUES = ["high","normal","low"] as const;
export const PROMISE_VALUES = ["files are kept when memory is exceeded","samples count the program's own processes and threads","on the host its processes belong to nobody","what the kernel counts by user is counted for each sandbox apart","it sees no process but its own","process 1 shows it nothing","it can't raise its own priority","what it tries and is refused is recorded","no other sandbox sees its locks on files of the system","the kernel ends the program, not its sandbox, when memory is spent"] as const;
export const SCHEDULE_STATE_VALUES = ["active","paused"] as const;
export const SESSION_STATE_VALUES = ["starting","running","ended","lost"] as const;
export const SORT_VALUES = ["queued","finished","duration","cpu","memory","attempts","runtime","outcome"] as const;
export const STAGE_STATUS_VALUES = ["waiting","queued","running","completed","failed","cancelled","skipped"] as const;
export const STATUS_VALUES = ["queued","running","completed","failed","cancelled"] as const;
export const WAIT_REASON_VALUES = ["no_worker","no_capability","too_large","paused","retry","tenant_cap","behind","slot"] as const;
export const WEBHOOK_EVENT_VALUES = ["evaluation.failed","evaluation.dead_letter","batch.ended","pipeline.ended","webhook.test"] as const;
export const WORKER_STATE_VALUES = ["working","paused","draining","stopped"] as const;

export const LIMIT_BOUNDS = [
  {
    "name": "wall_seconds",
    "minimum": 0.1,
    "maximum": 86400,
    "integer": false,
    "default": 30
  },
  {
    "name": "cpu_seconds",
    "minimum": 0.1,
    "maximum": 5529600,
    "integer": false,
    "default": null
  },
  {
    "name": "cpus",
    "minimum": 0.1,
    "maximum": 64,
    "integer": false,
    "default": 1
  },
  {
    "name": "memory_bytes",
    "minimum": 16777216,
    "maximum": 68719476736,
    "integer": true,
    "default": 536870912
  },
  {
    "name": "processes",
    "minimum": 1,
    "maximum": 4096,
    "integer": true,
    "default": 64
  },
  {
    "name": "disk_bytes",
    "minimum": 65536,
    "maximum": 17179869184,
    "integer": true,
    "default": 134217728
  },
  {
    "name": "output_bytes",
    "minimum": 1,
    "maximum": 67108864,
    "integer": true,
    "default": 1048576
  },
  {
    "name": "open_files",
    "minimum": 16,
    "maximum": 65536,
    "integer": true,
    "default": 512
  }
] as const;
export const MAXIMUM_FILES = 100;
export const MAXIMUM_LABELS = 32;
