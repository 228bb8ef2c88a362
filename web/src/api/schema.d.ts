// Generated from docs/openapi.json by scripts/generate-api.mjs (npm run generate).

export interface paths {
    "/api/v1/evaluations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Evaluations
         * @description List evaluations, newest first where no other order is asked for. What is given twice admits both values.
         */
        get: operations["list_evaluations"];
        put?: never;
        /**
         * Submit One
         * @description Hand in a program. The answer comes once it is on disk, or, with `wait`, once it ended.
         */
        post: operations["submit_one"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/evaluations/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Submit Many
         * @description Hand in up to 1,000 programs. All of them are acknowledged, or none is.
         */
        post: operations["submit_many"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/evaluations/{evaluation_id}/rerun": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rerun One
         * @description Run the same program again, with the same inputs and limits, as an evaluation of its own.
         */
        post: operations["rerun_one"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/evaluations/{evaluation_id}/submission": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Submission
         * @description Show what was handed in: the program with its files, input and limits, ready to be handed in again.
         */
        get: operations["get_submission"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check Program
         * @description Have a program parsed in a sandbox. Nothing of it runs, and nothing of it is kept.
         */
        post: operations["check_program"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/evaluations/{evaluation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Evaluation
         * @description Show an evaluation, or, with `wait`, how it ended.
         */
        get: operations["get_evaluation"];
        put?: never;
        post?: never;
        /**
         * Delete Evaluation
         * @description Hide an evaluation that ended. It can be restored until retention ends.
         */
        delete: operations["delete_evaluation"];
        options?: never;
        head?: never;
        /**
         * Annotate Evaluation
         * @description Replace its note, its labels, or both, whether it has ended or not.
         */
        patch: operations["annotate_evaluation"];
        trace?: never;
    };
    "/api/v1/evaluations/{evaluation_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel Evaluation
         * @description End it. What is queued is cancelled at once; what runs is being told, and keeps its output so far.
         */
        post: operations["cancel_evaluation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/evaluations/{evaluation_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore Evaluation
         * @description Show a deleted evaluation again.
         */
        post: operations["restore_evaluation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/evaluations/{evaluation_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow Events
         * @description Tell all that happened to an evaluation and what still happens, until it ended; no gap, no repeat.
         */
        get: operations["follow_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/evaluations/{evaluation_id}/output": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Output
         * @description Return what the program wrote, byte by byte; nothing before it ended: until then its events have it.
         */
        get: operations["read_output"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/evaluations/{evaluation_id}/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Files
         * @description List the files that the program left in its working directory.
         */
        get: operations["list_files"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/evaluations/{evaluation_id}/files/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read File
         * @description Return a file that the program left.
         */
        get: operations["read_file"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Batches
         * @description List batches, newest first.
         */
        get: operations["list_batches"];
        put?: never;
        /**
         * Create Batch
         * @description Make a batch.
         */
        post: operations["create_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{batch_id}/evaluations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Batch Evaluations
         * @description List a batch's evaluations in the order in which they were handed in.
         */
        get: operations["list_batch_evaluations"];
        put?: never;
        /**
         * Hand In To Batch
         * @description Hand in programs, a line each, in a body as long as it likes; every 500 are acknowledged together.
         *
         *     Where that breaks off, the batch's `received` says from where to go on.
         */
        post: operations["hand_in_to_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{batch_id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Close Batch
         * @description Say that no more come. Asking again changes nothing.
         */
        post: operations["close_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{batch_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Batch
         * @description Show a batch, and how far it is.
         */
        get: operations["get_batch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{batch_id}/causes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Batch Causes
         * @description Show why evaluations of a batch ended badly: those that ended alike are one, the most frequent first.
         */
        get: operations["list_batch_causes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{batch_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry Batch
         * @description Run again what failed of a batch, and nothing else.
         */
        post: operations["retry_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{batch_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel Batch
         * @description End a batch. What of it is queued or runs ends within moments, and keeps its output so far.
         */
        post: operations["cancel_batch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{batch_id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export Batch
         * @description Take all of a batch home.
         */
        get: operations["export_batch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pipelines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Pipelines
         * @description List pipelines, newest first.
         */
        get: operations["list_pipelines"];
        put?: never;
        /**
         * Create Pipeline
         * @description Run programs one after another, each once those that it needs have ended.
         */
        post: operations["create_pipeline"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pipelines/{pipeline_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Pipeline
         * @description Show a pipeline with its stages: what each needs, where it is, and what runs for it.
         */
        get: operations["get_pipeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pipelines/{pipeline_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel Pipeline
         * @description End a pipeline. What waits or is queued ends at once; what runs is stopped, and keeps its output so far.
         */
        post: operations["cancel_pipeline"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Schedules
         * @description List schedules, newest first.
         */
        get: operations["list_schedules"];
        put?: never;
        /**
         * Create Schedule
         * @description Make a schedule of a program, a batch or a pipeline that could run now.
         */
        post: operations["create_schedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/upcoming": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Upcoming
         * @description Show when a cron line would fire next: nothing is made.
         */
        get: operations["list_upcoming"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{schedule_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Schedule
         * @description Show a schedule, and when it fires next.
         */
        get: operations["get_schedule"];
        /**
         * Replace Schedule
         * @description Have a schedule be another, from now on: what fired stays, and a paused one stays paused.
         */
        put: operations["replace_schedule"];
        post?: never;
        /**
         * Remove Schedule
         * @description End a schedule. What it started goes on.
         */
        delete: operations["remove_schedule"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{schedule_id}/firings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Firings
         * @description Show when a schedule fired, the last time first, and what ran for it.
         */
        get: operations["list_firings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{schedule_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause Schedule
         * @description Have a schedule fire no more until it is resumed.
         */
        post: operations["pause_schedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{schedule_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume Schedule
         * @description Have a paused schedule fire again, from now on: while it rested it missed nothing.
         */
        post: operations["resume_schedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Sessions
         * @description List sessions, newest first.
         */
        get: operations["list_sessions"];
        put?: never;
        /**
         * Create Session
         * @description Make a session. It ends when it is destroyed, idle or alive for too long, or its executor ends.
         */
        post: operations["create_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{session_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Session
         * @description Show a session, and where it is no more, why.
         */
        get: operations["get_session"];
        put?: never;
        post?: never;
        /**
         * Destroy Session
         * @description End a session; answered when nothing of it is left. Asking again changes nothing.
         */
        delete: operations["destroy_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{session_id}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Measure Session
         * @description Show what a session uses now. Asking is no use of it: it may become idle meanwhile.
         */
        get: operations["measure_session"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{session_id}/attempts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Session Attempts
         * @description Show what was tried in a session and refused. Asking is no use of it; of one that ended it is kept.
         */
        get: operations["get_session_attempts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{session_id}/exec": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exec In Session
         * @description Run a program in a session and answer when it ended. A caller who leaves ends it, with all it started.
         */
        post: operations["exec_in_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{session_id}/exec/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stream Exec In Session
         * @description Run a program in a session and tell what it writes, as it writes it; `finished` or `failed` is the last.
         */
        post: operations["stream_exec_in_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{session_id}/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read Session File
         * @description Read a regular file of a session, as one of its users; links are followed within it.
         */
        get: operations["read_session_file"];
        /**
         * Write Session File
         * @description Make or replace a regular file of a session, as one of its users, and the folders above it.
         */
        put: operations["write_session_file"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runtimes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Runtimes
         * @description List what the executor found on its host, and in its images.
         */
        get: operations["list_runtimes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/engines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Engines
         * @description List every engine, the strongest first, with what it gives on the executor's host or why it can't.
         *
         *     The first time after an executor's start it tries each of them out, which takes a second or a few. The list is
         *     empty while no executor has told.
         */
        get: operations["list_engines"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/statistics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Statistics
         * @description Count the evaluations that were queued in the last hours, and tell what waits and runs now.
         *
         *     Counts are exact. So are percentiles of up to 15 hours; those of more are put together from what is counted of
         *     each half hour and day, and are within their `relative_error`.
         */
        get: operations["get_statistics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/storage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Storage
         * @description Tell how much evaluations keep beside the database, how large that is, and what can be restored.
         *
         *     Nothing is removed by asking, whatever is asked.
         */
        get: operations["get_storage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Dead Letters
         * @description List evaluations that were given up, newest first; `state` may be given again.
         */
        get: operations["list_dead_letters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dead-letters/{evaluation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Dead Letter
         * @description Show a dead letter with its history: every run that was lost, when, why, and under which worker.
         */
        get: operations["get_dead_letter"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dead-letters/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replay Dead Letters
         * @description Hand up to 1,000 programs in again, all or none. What was replayed before is answered, and not run again.
         */
        post: operations["replay_dead_letters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dead-letters/discard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Discard Dead Letters
         * @description Decide that up to 1,000 are not worth another run, all or none. Their evaluations stay as they are.
         */
        post: operations["discard_dead_letters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/log-level": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Log Level
         * @description Tell how much this server writes to its log, and until when, where that was asked of every process.
         */
        get: operations["get_log_level"];
        /**
         * Put Log Level
         * @description Have every process write more or less to its log for a while: servers, workers, schedulers, executors.
         */
        put: operations["put_log_level"];
        post?: never;
        /**
         * Delete Log Level
         * @description Have every process write what its settings say again.
         */
        delete: operations["delete_log_level"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Webhooks
         * @description List the receivers.
         */
        get: operations["list_webhooks"];
        put?: never;
        /**
         * Create Webhook
         * @description Have a receiver told from now on, by signed requests that are tried until taken.
         */
        post: operations["create_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{webhook_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete Webhook
         * @description Tell a receiver no more, not even what it has still to be told.
         */
        delete: operations["delete_webhook"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{webhook_id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Test Webhook
         * @description Tell a receiver that somebody tries it out, as it would be told of anything else.
         */
        post: operations["test_webhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhooks/{webhook_id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Deliveries
         * @description List what a receiver was told of, the newest first, and what became of that.
         */
        get: operations["list_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get Queue
         * @description Count what waits and runs at each priority, and the slots that there are for it.
         */
        get: operations["get_queue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Workers
         * @description List the workers that were heard of lately: what each can do, what it does, and what of yours it runs.
         */
        get: operations["list_workers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workers/{name}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause Worker
         * @description Have a worker take nothing more until it is told to resume; what it runs goes on.
         */
        post: operations["pause_worker"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workers/{name}/drain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Drain Worker
         * @description Have a worker take nothing more and, after its grace, hand back what it still runs.
         */
        post: operations["drain_worker"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workers/{name}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resume Worker
         * @description Have a worker that was paused or drained take what waits again.
         */
        post: operations["resume_worker"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List Tenants
         * @description List every tenant: its share of the workers, and what of it waits and runs.
         */
        get: operations["list_tenants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tenants/{tenant_id}/share": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Put Tenant Share
         * @description Set a tenant's cap and weight, which hold from the next claim on; what runs goes on.
         */
        put: operations["put_tenant_share"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Health
         * @description Answer. That is all it takes.
         */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Ready
         * @description Tell whether a submission would be acknowledged and run now; if not, which part is in the way.
         */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Annotation
         * @description What people say about an evaluation. What is given replaces what was there; what is not stays.
         */
        Annotation: {
            /**
             * Note
             * @default null
             */
            note: string | null;
            /**
             * Labels
             * @default null
             */
            labels: {
                [key: string]: string;
            } | null;
        };
        /**
         * Attempt
         * @description Something that the sandbox refused. The last with one `action`, `name` and `detail` counts all of them.
         */
        Attempt: {
            /** Evaluation Id */
            evaluation_id: string;
            /** Fence */
            fence: number;
            /** Sequence */
            sequence: number;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "attempt";
            /**
             * Action
             * @enum {string}
             */
            action: "system_call" | "connection";
            /** Name */
            name: string;
            /** Detail */
            detail: string;
            /** Count */
            count: number;
            /** Wall Seconds */
            wall_seconds: number;
        };
        /**
         * Batch
         * @description A batch, and how far it is.
         */
        Batch: {
            /** Id */
            id: string;
            /** Name */
            name?: string | null;
            /** Labels */
            labels?: {
                [key: string]: string;
            };
            state: components["schemas"]["BatchState"];
            /** Created By */
            created_by: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Closed At */
            closed_at?: string | null;
            /** Finished At */
            finished_at?: string | null;
            /** Received */
            received: number;
            /** Statuses */
            statuses?: {
                [key: string]: number;
            };
            /** Outcomes */
            outcomes?: {
                [key: string]: number;
            };
            /**
             * Cancel Requested
             * @default false
             */
            cancel_requested: boolean;
            /**
             * Retried
             * @default 0
             */
            retried: number;
        };
        /**
         * BatchPage
         * @description Part of a list, newest first.
         */
        BatchPage: {
            /** Items */
            items: components["schemas"]["Batch"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * BatchRequest
         * @description A batch to make; its evaluations follow.
         */
        BatchRequest: {
            /**
             * Name
             * @default null
             */
            name: string | null;
            /** Labels */
            labels?: {
                [key: string]: string;
            };
        };
        /**
         * BatchState
         * @description Where a batch is. It follows from its evaluations, and from whether more are to come.
         * @enum {string}
         */
        BatchState: "open" | "running" | "completed" | "cancelled";
        /**
         * BlobCount
         * @description How many blobs there are of something, and how many bytes they hold.
         */
        BlobCount: {
            /** Count */
            count: number;
            /** Bytes */
            bytes: number;
        };
        /**
         * BlobKind
         * @description What lies beside the database where it is larger than a row should be.
         * @enum {string}
         */
        BlobKind: "stdout" | "stderr" | "files";
        /**
         * BlobTotals
         * @description All of them, and each kind.
         */
        BlobTotals: {
            /** Count */
            count: number;
            /** Bytes */
            bytes: number;
            /** Kinds */
            kinds: {
                [key: string]: components["schemas"]["BlobCount"];
            };
        };
        /**
         * Bytes
         * @description What a program wrote: text where it is UTF-8, base64 where it is not.
         */
        Bytes: {
            /**
             * Encoding
             * @enum {string}
             */
            encoding: "utf-8" | "base64";
            /** Data */
            data: string;
        };
        /**
         * CancelRequested
         * @description Somebody asked for its end; its holder is being told.
         */
        CancelRequested: {
            /** Evaluation Id */
            evaluation_id: string;
            /** Fence */
            fence: number;
            /** Sequence */
            sequence: number;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "cancel_requested";
            /** Subject */
            subject: string;
        };
        /**
         * Cause
         * @description Evaluations of a batch that ended badly, and alike.
         */
        Cause: {
            outcome: components["schemas"]["Outcome"];
            fault: components["schemas"]["Fault"];
            /** Cause */
            cause: string | null;
            /** Count */
            count: number;
            /** Examples */
            examples: string[];
        };
        /**
         * CauseList
         * @description Why evaluations of a batch ended badly, the most frequent first.
         */
        CauseList: {
            /** Items */
            items: components["schemas"]["Cause"][];
            /**
             * Truncated
             * @default false
             */
            truncated: boolean;
        };
        /**
         * CheckRequest
         * @description A program to be looked at. It is behind the same walls as if it ran.
         */
        CheckRequest: {
            /** Code */
            code: string;
            /**
             * Runtime
             * @default python
             */
            runtime: string;
            /**
             * Files
             * @default []
             */
            files: components["schemas"]["InputFile"][];
            /**
             * Engine
             * @default null
             */
            engine: string | null;
            /** @default shared-kernel */
            minimum_isolation: components["schemas"]["Isolation"];
            /**
             * Image
             * @default null
             */
            image: string | null;
        };
        /**
         * CheckResult
         * @description What the parser thinks.
         */
        CheckResult: {
            /** Checked */
            checked: boolean;
            /** Reason */
            reason?: string | null;
            /**
             * Findings
             * @default []
             */
            findings: components["schemas"]["Finding"][];
        };
        /**
         * Containment
         * @description What stood between one program and the host: enforced, not hoped for.
         */
        Containment: {
            /** Engine */
            engine: string;
            /** Driver */
            driver: string;
            isolation: components["schemas"]["Isolation"];
            /** Kernel */
            kernel: string;
            /**
             * Namespaces
             * @default []
             */
            namespaces: string[];
            /** Seccomp */
            seccomp?: string | null;
            /**
             * Landlock Abi
             * @default 0
             */
            landlock_abi: number;
            /**
             * Cgroup Version
             * @default 0
             */
            cgroup_version: number;
            /** Enforces */
            enforces?: {
                [key: string]: string;
            };
        };
        /**
         * DatabaseSize
         * @description The whole database's, whoever's the rows are.
         */
        DatabaseSize: {
            /**
             * Kind
             * @enum {string}
             */
            kind: "sqlite" | "postgresql";
            /** Bytes */
            bytes: number;
            /** Free Bytes */
            free_bytes?: number | null;
        };
        /**
         * DeadLetter
         * @description A dead letter with its history.
         */
        DeadLetter: {
            /** Evaluation Id */
            evaluation_id: string;
            state: components["schemas"]["DeadLetterState"];
            /** Reason */
            reason: string;
            /** Infrastructure Attempts */
            infrastructure_attempts: number;
            /** Runtime */
            runtime: string;
            /** Labels */
            labels: {
                [key: string]: string;
            };
            /**
             * Died
             * Format: date-time
             */
            died: string;
            /** Resolved */
            resolved?: string | null;
            /** Resolved By */
            resolved_by?: string | null;
            /** Replayed As */
            replayed_as?: string | null;
            /**
             * History
             * @default []
             */
            history: components["schemas"]["Loss"][];
        };
        /**
         * DeadLetterChoice
         * @description Dead letters to decide about; each of them is, or none.
         */
        DeadLetterChoice: {
            /** Evaluation Ids */
            evaluation_ids: string[];
        };
        /**
         * DeadLetterList
         * @description Dead letters, in the order in which they were named.
         */
        DeadLetterList: {
            /** Items */
            items: components["schemas"]["DeadLetterSummary"][];
        };
        /**
         * DeadLetterPage
         * @description Part of the list of dead letters, newest first.
         */
        DeadLetterPage: {
            /** Items */
            items: components["schemas"]["DeadLetterSummary"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * DeadLetterState
         * @description What was decided about a dead letter.
         * @enum {string}
         */
        DeadLetterState: "waiting" | "replayed" | "discarded";
        /**
         * DeadLetterSummary
         * @description A dead letter as a list shows it.
         */
        DeadLetterSummary: {
            /** Evaluation Id */
            evaluation_id: string;
            state: components["schemas"]["DeadLetterState"];
            /** Reason */
            reason: string;
            /** Infrastructure Attempts */
            infrastructure_attempts: number;
            /** Runtime */
            runtime: string;
            /** Labels */
            labels: {
                [key: string]: string;
            };
            /**
             * Died
             * Format: date-time
             */
            died: string;
            /** Resolved */
            resolved?: string | null;
            /** Resolved By */
            resolved_by?: string | null;
            /** Replayed As */
            replayed_as?: string | null;
        };
        /**
         * DeletedCount
         * @description What was deleted and can be restored.
         */
        DeletedCount: {
            /** Count */
            count: number;
            /** Oldest */
            oldest?: string | null;
            /** First */
            first?: string | null;
        };
        /**
         * Delivery
         * @description Something that one receiver is told of, at least once.
         */
        Delivery: {
            /** Id */
            id: string;
            /** Evaluation Id */
            evaluation_id?: string | null;
            /** Batch Id */
            batch_id?: string | null;
            /** Pipeline Id */
            pipeline_id?: string | null;
            event: components["schemas"]["WebhookEvent"];
            state: components["schemas"]["DeliveryState"];
            /** Attempts */
            attempts: number;
            /**
             * Created
             * Format: date-time
             */
            created: string;
            /**
             * Due
             * Format: date-time
             */
            due: string;
            /** Status */
            status?: number | null;
            /** Error */
            error?: string | null;
        };
        /**
         * DeliveryList
         * @description What a receiver was told of, the newest first.
         */
        DeliveryList: {
            /** Items */
            items: components["schemas"]["Delivery"][];
        };
        /**
         * DeliveryState
         * @description Where a delivery is.
         * @enum {string}
         */
        DeliveryState: "pending" | "delivered" | "given_up";
        /**
         * EndReason
         * @description Why a session is no more.
         * @enum {string}
         */
        EndReason: "destroyed" | "idle" | "lifetime" | "broken" | "executor_gone";
        /**
         * Engine
         * @description Something that programs can be isolated by, and what it gives.
         */
        Engine: {
            /** Name */
            name: string;
            isolation: components["schemas"]["Isolation"];
            /** Available */
            available: boolean;
            /** Reason */
            reason?: string | null;
            /**
             * Default
             * @default false
             */
            default: boolean;
            /**
             * Sessions
             * @default false
             */
            sessions: boolean;
            /** Enforces */
            enforces?: {
                [key: string]: string;
            };
            /** Weaker */
            weaker?: {
                [key: string]: string;
            };
            /** Unpromised */
            unpromised?: {
                [key: string]: string;
            };
        };
        /**
         * EngineList
         * @description What programs can be isolated by here.
         */
        EngineList: {
            /** Items */
            items: components["schemas"]["Engine"][];
        };
        /**
         * Evaluation
         * @description An evaluation with all that is known of it, its first 64 KiB of each output stream included.
         */
        Evaluation: {
            /** Id */
            id: string;
            status: components["schemas"]["Status"];
            outcome?: components["schemas"]["Outcome"] | null;
            fault?: components["schemas"]["Fault"] | null;
            /** Exit Code */
            exit_code?: number | null;
            /** Signal */
            signal?: string | null;
            /** Error */
            error?: string | null;
            /** Runtime */
            runtime: string;
            /** Runtime Version */
            runtime_version?: string | null;
            /** First Line */
            first_line?: string | null;
            priority: components["schemas"]["Priority"];
            /** Labels */
            labels: {
                [key: string]: string;
            };
            /** @default active */
            lifecycle: components["schemas"]["Lifecycle"];
            timing: components["schemas"]["Timing"];
            usage?: components["schemas"]["crucible__domain__evaluation__Usage"] | null;
            /**
             * Infrastructure Attempts
             * @default 0
             */
            infrastructure_attempts: number;
            /**
             * Attempt Count
             * @default 0
             */
            attempt_count: number;
            /**
             * Note
             * @default
             */
            note: string;
            /** Cause */
            cause?: string | null;
            /** Batch Id */
            batch_id?: string | null;
            /** Batch Position */
            batch_position?: number | null;
            /** Replaced By */
            replaced_by?: string | null;
            /** Pipeline Id */
            pipeline_id?: string | null;
            /** Stage */
            stage?: string | null;
            /** Code */
            code: string | null;
            /** Entrypoint */
            entrypoint: string | null;
            /** Argv */
            argv: string[];
            /** Env */
            env: {
                [key: string]: string;
            };
            limits: components["schemas"]["Limits"];
            /**
             * Stdout
             * @default
             */
            stdout: string;
            /**
             * Stderr
             * @default
             */
            stderr: string;
            /**
             * Stdout Bytes
             * @default 0
             */
            stdout_bytes: number;
            /**
             * Stderr Bytes
             * @default 0
             */
            stderr_bytes: number;
            /**
             * Output Truncated
             * @default false
             */
            output_truncated: boolean;
            /**
             * Files
             * @default []
             */
            files: components["schemas"]["OutputFile"][];
            /**
             * Files Truncated
             * @default false
             */
            files_truncated: boolean;
            /**
             * Cancel Requested
             * @default false
             */
            cancel_requested: boolean;
            /** Engine */
            engine?: string | null;
            /** @default shared-kernel */
            minimum_isolation: components["schemas"]["Isolation"];
            /** Image */
            image?: string | null;
            /**
             * Fresh
             * @default false
             */
            fresh: boolean;
            /**
             * Reports Progress
             * @default false
             */
            reports_progress: boolean;
            progress?: components["schemas"]["SandboxProgress"] | null;
            /**
             * Worker Labels
             * @default []
             */
            worker_labels: string[];
            waiting?: components["schemas"]["Wait"] | null;
            containment?: components["schemas"]["Containment"] | null;
            /**
             * Attempts
             * @default []
             */
            attempts: components["schemas"]["SandboxAttempt"][];
        };
        /**
         * EvaluationList
         * @description What `Submissions` became, in the same order.
         */
        EvaluationList: {
            /** Items */
            items: components["schemas"]["EvaluationSummary"][];
        };
        /**
         * EvaluationPage
         * @description Part of a list, newest first.
         */
        EvaluationPage: {
            /** Items */
            items: components["schemas"]["EvaluationSummary"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * EvaluationSummary
         * @description An evaluation as a list shows it.
         */
        EvaluationSummary: {
            /** Id */
            id: string;
            status: components["schemas"]["Status"];
            outcome?: components["schemas"]["Outcome"] | null;
            fault?: components["schemas"]["Fault"] | null;
            /** Exit Code */
            exit_code?: number | null;
            /** Signal */
            signal?: string | null;
            /** Error */
            error?: string | null;
            /** Runtime */
            runtime: string;
            /** Runtime Version */
            runtime_version?: string | null;
            /** First Line */
            first_line?: string | null;
            priority: components["schemas"]["Priority"];
            /** Labels */
            labels: {
                [key: string]: string;
            };
            /** @default active */
            lifecycle: components["schemas"]["Lifecycle"];
            timing: components["schemas"]["Timing"];
            usage?: components["schemas"]["crucible__domain__evaluation__Usage"] | null;
            /**
             * Infrastructure Attempts
             * @default 0
             */
            infrastructure_attempts: number;
            /**
             * Attempt Count
             * @default 0
             */
            attempt_count: number;
            /**
             * Note
             * @default
             */
            note: string;
            /** Cause */
            cause?: string | null;
            /** Batch Id */
            batch_id?: string | null;
            /** Batch Position */
            batch_position?: number | null;
            /** Replaced By */
            replaced_by?: string | null;
            /** Pipeline Id */
            pipeline_id?: string | null;
            /** Stage */
            stage?: string | null;
        };
        Event: components["schemas"]["Queued"] | components["schemas"]["Started"] | components["schemas"]["Output"] | components["schemas"]["UsageSample"] | components["schemas"]["Attempt"] | components["schemas"]["Progress"] | components["schemas"]["CancelRequested"] | components["schemas"]["Requeued"] | components["schemas"]["Finished"];
        /**
         * ExecEnded
         * @description An exec that is followed ended; nothing follows.
         */
        ExecEnded: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "finished";
            result: components["schemas"]["ExecResult"];
        };
        ExecEvent: components["schemas"]["ExecWrote"] | components["schemas"]["ExecEnded"] | components["schemas"]["ExecFailed"];
        /**
         * ExecFailed
         * @description An exec that is followed could not be run, or was lost with its session; nothing follows.
         */
        ExecFailed: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "failed";
            /** Problem */
            problem: {
                [key: string]: unknown;
            };
        };
        /**
         * ExecRequest
         * @description A program to run in a session.
         */
        ExecRequest: {
            /** Argv */
            argv: string[];
            /**
             * Stdin
             * @default
             */
            stdin: string;
            /**
             * Stdin Encoding
             * @default utf-8
             * @enum {string}
             */
            stdin_encoding: "utf-8" | "base64";
            /** Env */
            env?: {
                [key: string]: string;
            };
            /**
             * Cwd
             * @default /workspace
             */
            cwd: string;
            /**
             * User
             * @default null
             */
            user: string | null;
            /**
             * Timeout Seconds
             * @default 30
             */
            timeout_seconds: number;
            /**
             * Output Bytes
             * @default 10485760
             */
            output_bytes: number;
        };
        /**
         * ExecResult
         * @description How an exec ended.
         */
        ExecResult: {
            outcome: components["schemas"]["Outcome"];
            /** Returncode */
            returncode: number;
            /** Exit Code */
            exit_code?: number | null;
            /** Signal */
            signal?: string | null;
            stdout: components["schemas"]["Bytes"];
            stderr: components["schemas"]["Bytes"];
            /** Stdout Bytes */
            stdout_bytes: number;
            /** Stderr Bytes */
            stderr_bytes: number;
            /** Wall Seconds */
            wall_seconds: number;
            /** Cpu Seconds */
            cpu_seconds: number;
        };
        /**
         * ExecWrote
         * @description An exec that is followed wrote something.
         */
        ExecWrote: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "output";
            /**
             * Stream
             * @enum {string}
             */
            stream: "stdout" | "stderr";
            output: components["schemas"]["Bytes"];
        };
        /**
         * ExportFormat
         * @description How a batch is written.
         * @enum {string}
         */
        ExportFormat: "jsonl" | "csv";
        /**
         * Fault
         * @description Whose doing an outcome is.
         * @enum {string}
         */
        Fault: "nobody" | "program" | "limit" | "user" | "crucible";
        /**
         * FileList
         * @description The files that a program left in its working directory.
         */
        FileList: {
            /** Items */
            items: components["schemas"]["OutputFile"][];
            /**
             * Truncated
             * @default false
             */
            truncated: boolean;
        };
        /**
         * Finding
         * @description Something that the parser objects to. Lines and columns count from 1, columns in characters.
         */
        Finding: {
            /** Line */
            line: number;
            /** Column */
            column?: number | null;
            /** End Line */
            end_line?: number | null;
            /** End Column */
            end_column?: number | null;
            /**
             * Severity
             * @enum {string}
             */
            severity: "error" | "warning";
            /** Message */
            message: string;
        };
        /**
         * Finished
         * @description It ended; nothing follows.
         */
        Finished: {
            /** Evaluation Id */
            evaluation_id: string;
            /** Fence */
            fence: number;
            /** Sequence */
            sequence: number;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "finished";
            outcome: components["schemas"]["Outcome"];
            /**
             * Exit Code
             * @default null
             */
            exit_code: number | null;
            /**
             * Signal
             * @default null
             */
            signal: string | null;
            /**
             * Error
             * @default null
             */
            error: string | null;
        };
        /**
         * Firing
         * @description One time at which a schedule fired, or should have.
         */
        Firing: {
            /**
             * Fire At
             * Format: date-time
             */
            fire_at: string;
            /**
             * Decided At
             * Format: date-time
             */
            decided_at: string;
            /** Evaluation Id */
            evaluation_id: string | null;
            /** Batch Id */
            batch_id?: string | null;
            /** Pipeline Id */
            pipeline_id?: string | null;
        };
        /**
         * FiringPage
         * @description When a schedule fired, the last time first.
         */
        FiringPage: {
            /** Items */
            items: components["schemas"]["Firing"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * InputFile
         * @description A file that the program finds in its working directory.
         */
        InputFile: {
            /** Path */
            path: string;
            /**
             * Content
             * @default
             */
            content: string;
            /**
             * Encoding
             * @default utf-8
             * @enum {string}
             */
            encoding: "utf-8" | "base64";
        };
        /**
         * Interval
         * @description How the evaluations that were queued in one part of the time ended; what has not ended has no place here.
         */
        Interval: {
            /**
             * Start
             * Format: date-time
             */
            start: string;
            /** Outcomes */
            outcomes?: {
                [key: string]: number;
            };
        };
        /**
         * Isolation
         * @description What stands between the program and the host, weakest first.
         * @enum {string}
         */
        Isolation: "shared-kernel" | "user-space-kernel" | "virtual-machine";
        /**
         * Lifecycle
         * @description Whether the record is shown; independent of how the evaluation ended.
         * @enum {string}
         */
        Lifecycle: "active" | "archived" | "deleted";
        /**
         * Limits
         * @description The bounds of one evaluation. Each is enforced by the kernel or the executor, or the run is refused.
         */
        Limits: {
            /**
             * Wall Seconds
             * @default 30
             */
            wall_seconds: number;
            /** Cpu Seconds */
            cpu_seconds?: number | null;
            /**
             * Cpus
             * @default 1
             */
            cpus: number;
            /**
             * Memory Bytes
             * @default 536870912
             */
            memory_bytes: number;
            /**
             * Processes
             * @default 64
             */
            processes: number;
            /**
             * Disk Bytes
             * @default 134217728
             */
            disk_bytes: number;
            /**
             * Output Bytes
             * @default 1048576
             */
            output_bytes: number;
            /**
             * Open Files
             * @default 512
             */
            open_files: number;
        };
        /**
         * LogLevel
         * @description How much a server writes to its log.
         */
        LogLevel: {
            /**
             * Level
             * @enum {string}
             */
            level: "debug" | "info" | "warning" | "error";
            /** Until */
            until?: string | null;
        };
        /**
         * LogLevelRequest
         * @description How much every process is to write to its log, and for how long.
         */
        LogLevelRequest: {
            /**
             * Level
             * @enum {string}
             */
            level: "debug" | "info" | "warning" | "error";
            /**
             * Minutes
             * @default 60
             */
            minutes: number;
        };
        /**
         * Loss
         * @description One run that Crucible could not bring to an end.
         */
        Loss: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** Attempt */
            attempt: number;
            /** Reason */
            reason: string;
            /** Worker */
            worker?: string | null;
        };
        /**
         * MissedRuns
         * @description What becomes of firings whose time passed while nobody was there to fire.
         * @enum {string}
         */
        MissedRuns: "skip" | "once" | "all";
        /**
         * OnFailure
         * @description What becomes of the others where a stage ends in any way but success.
         * @enum {string}
         */
        OnFailure: "stop" | "skip" | "continue";
        /**
         * Order
         * @description In which direction.
         * @enum {string}
         */
        Order: "desc" | "asc";
        /**
         * Outcome
         * @description How an evaluation ended. Exactly one applies; the first that explains the end wins.
         * @enum {string}
         */
        Outcome: "succeeded" | "nonzero_exit" | "killed_by_signal" | "compile_error" | "timed_out" | "cpu_exceeded" | "memory_exceeded" | "disk_exceeded" | "output_exceeded" | "cancelled" | "sandbox_error";
        /**
         * Output
         * @description Bytes that the program wrote. Text where they are UTF-8, base64 where they are not.
         */
        Output: {
            /** Evaluation Id */
            evaluation_id: string;
            /** Fence */
            fence: number;
            /** Sequence */
            sequence: number;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "output";
            /**
             * Stream
             * @enum {string}
             */
            stream: "stdout" | "stderr";
            /** Offset */
            offset: number;
            /**
             * Encoding
             * @enum {string}
             */
            encoding: "utf-8" | "base64";
            /** Data */
            data: string;
        };
        /**
         * OutputFile
         * @description A file that the program left in its working directory.
         */
        OutputFile: {
            /** Path */
            path: string;
            /** Size Bytes */
            size_bytes: number;
        };
        /**
         * Percentiles
         * @description How long something took, in seconds: half of them, 95 and 99 of a hundred took no longer than this.
         */
        Percentiles: {
            /** P50 */
            p50: number;
            /** P95 */
            p95: number;
            /** P99 */
            p99: number;
            /**
             * Relative Error
             * @description How far each may be from the exact one, as a share of that: 0 where they are exact. Where they are not, what took less than a microsecond counts as one.
             * @default 0
             */
            relative_error: number;
        };
        /**
         * Pipeline
         * @description A pipeline with its stages, in the order in which they were handed in.
         */
        Pipeline: {
            /** Id */
            id: string;
            /** Name */
            name?: string | null;
            /** Labels */
            labels?: {
                [key: string]: string;
            };
            state: components["schemas"]["PipelineState"];
            /** Created By */
            created_by: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Started At */
            started_at?: string | null;
            /** Finished At */
            finished_at?: string | null;
            /**
             * Cancel Requested
             * @default false
             */
            cancel_requested: boolean;
            /** Stopped By */
            stopped_by?: string | null;
            /** Stage Count */
            stage_count: number;
            /** Statuses */
            statuses: {
                [key: string]: number;
            };
            /** Stages */
            stages: components["schemas"]["Stage"][];
        };
        /**
         * PipelinePage
         * @description Part of a list, newest first.
         */
        PipelinePage: {
            /** Items */
            items: components["schemas"]["PipelineSummary"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * PipelineRequest
         * @description A pipeline to run.
         */
        PipelineRequest: {
            /** Name */
            name?: string | null;
            /** Labels */
            labels?: {
                [key: string]: string;
            };
            /** Stages */
            stages: components["schemas"]["StageRequest"][];
        };
        /**
         * PipelineState
         * @description Where a pipeline is.
         * @enum {string}
         */
        PipelineState: "running" | "completed" | "failed" | "cancelled";
        /**
         * PipelineSummary
         * @description A pipeline as a list shows it.
         */
        PipelineSummary: {
            /** Id */
            id: string;
            /** Name */
            name?: string | null;
            /** Labels */
            labels?: {
                [key: string]: string;
            };
            state: components["schemas"]["PipelineState"];
            /** Created By */
            created_by: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Started At */
            started_at?: string | null;
            /** Finished At */
            finished_at?: string | null;
            /**
             * Cancel Requested
             * @default false
             */
            cancel_requested: boolean;
            /** Stopped By */
            stopped_by?: string | null;
            /** Stage Count */
            stage_count: number;
            /** Statuses */
            statuses: {
                [key: string]: number;
            };
        };
        /**
         * Priority
         * @description Who goes first.
         * @enum {string}
         */
        Priority: "high" | "normal" | "low";
        /**
         * PriorityLoad
         * @description What waits and runs at one priority, whoever's it is.
         */
        PriorityLoad: {
            priority: components["schemas"]["Priority"];
            /** Waiting */
            waiting: number;
            /** Delayed */
            delayed: number;
            /** Oldest Seconds */
            oldest_seconds: number;
            /** Running */
            running: number;
        };
        /**
         * Problem
         * @description An error, as RFC 9457 writes it.
         */
        Problem: {
            /** Type */
            type: string;
            /** Title */
            title: string;
            /** Status */
            status: number;
            /** Detail */
            detail: string;
            /**
             * Errors
             * @default []
             */
            errors: components["schemas"]["ProblemField"][];
        };
        /**
         * ProblemField
         * @description What is wrong with one field of a request.
         */
        ProblemField: {
            /** Field */
            field: string;
            /** Message */
            message: string;
        };
        /**
         * Progress
         * @description How far the program says that it has come. Each replaces what the one before said.
         */
        Progress: {
            /** Evaluation Id */
            evaluation_id: string;
            /** Fence */
            fence: number;
            /** Sequence */
            sequence: number;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "progress";
            /** Done */
            done: number | null;
            /** Total */
            total: number | null;
            /** Message */
            message: string;
            /** Malformed */
            malformed: number;
            /** Wall Seconds */
            wall_seconds: number;
        };
        /**
         * Promise
         * @description What every engine promises, but for one whose report says that it can't, and why.
         *
         *     Limits are not among them: one that can't be enforced is refused. These are what a caller would miss.
         * @enum {string}
         */
        Promise: "files are kept when memory is exceeded" | "samples count the program's own processes and threads" | "on the host its processes belong to nobody" | "what the kernel counts by user is counted for each sandbox apart" | "it sees no process but its own" | "process 1 shows it nothing" | "it can't raise its own priority" | "what it tries and is refused is recorded" | "no other sandbox sees its locks on files of the system" | "the kernel ends the program, not its sandbox, when memory is spent";
        /**
         * Queue
         * @description What there is to do, and what is being done.
         */
        Queue: {
            /** Priorities */
            priorities: components["schemas"]["PriorityLoad"][];
            /** Slots */
            slots: number;
            /** Slots Used */
            slots_used: number;
            /** Dead Letters */
            dead_letters: number;
        };
        /**
         * Queued
         * @description It was acknowledged, and is on disk.
         */
        Queued: {
            /** Evaluation Id */
            evaluation_id: string;
            /** Fence */
            fence: number;
            /** Sequence */
            sequence: number;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "queued";
        };
        /**
         * Readiness
         * @description Whether a submission would be acknowledged and run now.
         */
        Readiness: {
            /** Ready */
            ready: boolean;
            /** Unready */
            unready?: {
                [key: string]: string;
            };
        };
        /**
         * Requeued
         * @description Its holder was lost or gave it back; it will run again.
         */
        Requeued: {
            /** Evaluation Id */
            evaluation_id: string;
            /** Fence */
            fence: number;
            /** Sequence */
            sequence: number;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "requeued";
            /** Reason */
            reason: string;
            /** Infrastructure Attempts */
            infrastructure_attempts: number;
            /**
             * Worker
             * @default null
             */
            worker: string | null;
        };
        /**
         * RetentionPlan
         * @description What retention would do now, and what that would give back.
         */
        RetentionPlan: {
            /** Deleted Seconds */
            deleted_seconds?: number | null;
            /** Ended Seconds */
            ended_seconds?: number | null;
            /**
             * Removed
             * @default 0
             */
            removed: number;
            /**
             * Removed Blob Bytes
             * @default 0
             */
            removed_blob_bytes: number;
            /**
             * Deleted
             * @default 0
             */
            deleted: number;
        };
        /**
         * RetryRequest
         * @description Which evaluations of a batch are to run again: those that ended by one of these faults.
         */
        RetryRequest: {
            /**
             * Faults
             * @default [
             *       "crucible",
             *       "limit",
             *       "program",
             *       "user"
             *     ]
             */
            faults: components["schemas"]["Fault"][];
        };
        /**
         * RunningThere
         * @description An evaluation that a worker runs.
         */
        RunningThere: {
            /** Evaluation Id */
            evaluation_id: string;
            /** Runtime */
            runtime: string;
            priority: components["schemas"]["Priority"];
            /**
             * Started
             * Format: date-time
             */
            started: string;
            /**
             * Lease Until
             * Format: date-time
             */
            lease_until: string;
        };
        /**
         * Runtime
         * @description Something that the executor can run programs with.
         */
        Runtime: {
            /** Name */
            name: string;
            /** Language */
            language: string;
            /** Version */
            version: string;
            /**
             * Aliases
             * @default []
             */
            aliases: string[];
            /** Entrypoint */
            entrypoint: string;
            /**
             * Compiled
             * @default false
             */
            compiled: boolean;
            /** Image */
            image?: string | null;
        };
        /**
         * RuntimeCount
         * @description How many were queued for a runtime.
         */
        RuntimeCount: {
            /** Runtime */
            runtime: string;
            /** Count */
            count: number;
        };
        /**
         * RuntimeList
         * @description What programs can be written in here.
         */
        RuntimeList: {
            /** Items */
            items: components["schemas"]["Runtime"][];
        };
        /**
         * SandboxAttempt
         * @description Something that the sandbox refused.
         */
        SandboxAttempt: {
            /**
             * Action
             * @enum {string}
             */
            action: "system_call" | "connection";
            /** Name */
            name: string;
            /** Detail */
            detail: string;
            /** Count */
            count: number;
            /** Wall Seconds */
            wall_seconds: number;
        };
        /**
         * SandboxProgress
         * @description How far the program says that it has come. Each replaces what the one before said.
         */
        SandboxProgress: {
            /** Done */
            done: number | null;
            /** Total */
            total: number | null;
            /** Message */
            message: string;
            /** Malformed */
            malformed: number;
            /** Wall Seconds */
            wall_seconds: number;
        };
        /**
         * Schedule
         * @description A schedule, and when it fires.
         */
        Schedule: {
            submission?: components["schemas"]["Submission"] | null;
            batch?: components["schemas"]["ScheduledBatch"] | null;
            pipeline?: components["schemas"]["PipelineRequest"] | null;
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Cron */
            cron: string;
            /** Time Zone */
            time_zone: string;
            missed: components["schemas"]["MissedRuns"];
            state: components["schemas"]["ScheduleState"];
            /** Created By */
            created_by: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Next Firings */
            next_firings: string[];
            last_firing?: components["schemas"]["Firing"] | null;
        };
        /**
         * SchedulePage
         * @description Part of a list, newest first.
         */
        SchedulePage: {
            /** Items */
            items: components["schemas"]["Schedule"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * ScheduleRequest
         * @description A schedule to make.
         */
        ScheduleRequest: {
            /** @default null */
            submission: components["schemas"]["Submission"] | null;
            /** @default null */
            batch: components["schemas"]["ScheduledBatch"] | null;
            /** @default null */
            pipeline: components["schemas"]["PipelineRequest"] | null;
            /** Name */
            name: string;
            /** Cron */
            cron: string;
            /**
             * Time Zone
             * @default UTC
             */
            time_zone: string;
            /** @default once */
            missed: components["schemas"]["MissedRuns"];
        };
        /**
         * ScheduleState
         * @description Whether a schedule fires.
         * @enum {string}
         */
        ScheduleState: "active" | "paused";
        /**
         * ScheduledBatch
         * @description A batch that is handed in whole, each time anew.
         */
        ScheduledBatch: {
            /** Name */
            name?: string | null;
            /** Labels */
            labels?: {
                [key: string]: string;
            };
            /** Evaluations */
            evaluations: components["schemas"]["Submission"][];
        };
        /**
         * Session
         * @description A sandbox that stays, or stayed.
         */
        Session: {
            /** Id */
            id: string;
            state: components["schemas"]["SessionState"];
            reason?: components["schemas"]["EndReason"] | null;
            /** Detail */
            detail?: string | null;
            /** Owner */
            owner: string;
            /** Engine */
            engine: string | null;
            minimum_isolation: components["schemas"]["Isolation"];
            /** Image */
            image?: string | null;
            limits: components["schemas"]["SessionLimits"];
            /** User */
            user?: string | null;
            containment?: components["schemas"]["Containment"] | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /** Ended At */
            ended_at?: string | null;
        };
        /**
         * SessionAttempts
         * @description What was tried in a session and refused, in order of the first time; of one that ended, too.
         */
        SessionAttempts: {
            /** Items */
            items: components["schemas"]["SandboxAttempt"][];
            /** Complete */
            complete: boolean;
        };
        /**
         * SessionLimits
         * @description The bounds of one session, over everything that runs in it.
         */
        SessionLimits: {
            /**
             * Lifetime Seconds
             * @default 3600
             */
            lifetime_seconds: number;
            /**
             * Idle Seconds
             * @default 600
             */
            idle_seconds: number;
            /**
             * Cpus
             * @default 1
             */
            cpus: number;
            /**
             * Memory Bytes
             * @default 536870912
             */
            memory_bytes: number;
            /**
             * Processes
             * @default 128
             */
            processes: number;
            /**
             * Disk Bytes
             * @default 268435456
             */
            disk_bytes: number;
            /**
             * Open Files
             * @default 1024
             */
            open_files: number;
        };
        /**
         * SessionPage
         * @description Part of a list, newest first.
         */
        SessionPage: {
            /** Items */
            items: components["schemas"]["Session"][];
            /** Next Cursor */
            next_cursor?: string | null;
        };
        /**
         * SessionRequest
         * @description A session to make.
         */
        SessionRequest: {
            /**
             * Engine
             * @default null
             */
            engine: string | null;
            /** @default shared-kernel */
            minimum_isolation: components["schemas"]["Isolation"];
            /**
             * Image
             * @default null
             */
            image: string | null;
            /** Env */
            env?: {
                [key: string]: string;
            };
            limits?: components["schemas"]["SessionLimits"];
        };
        /**
         * SessionState
         * @description Where a session is.
         * @enum {string}
         */
        SessionState: "starting" | "running" | "ended" | "lost";
        /**
         * Sort
         * @description What a list of evaluations is in order of. What has no such value yet comes last.
         * @enum {string}
         */
        Sort: "queued" | "finished" | "duration" | "cpu" | "memory" | "attempts" | "runtime" | "outcome";
        /**
         * Stage
         * @description A stage, and how far it is.
         */
        Stage: {
            /** Name */
            name: string;
            /** Needs */
            needs: string[];
            /** Inputs */
            inputs: components["schemas"]["StageInput"][];
            /** Stdin From */
            stdin_from: string | null;
            on_failure: components["schemas"]["OnFailure"];
            /** Runtime */
            runtime: string;
            status: components["schemas"]["StageStatus"];
            /** Why */
            why?: string | null;
            /** Evaluation Id */
            evaluation_id?: string | null;
            outcome?: components["schemas"]["Outcome"] | null;
            /** Exit Code */
            exit_code?: number | null;
            /** Cause */
            cause?: string | null;
            /** Queued At */
            queued_at?: string | null;
            /** Started At */
            started_at?: string | null;
            /** Finished At */
            finished_at?: string | null;
        };
        /**
         * StageInput
         * @description Files for a stage: one that a former stage left, all of them, or what it wrote to a stream.
         */
        StageInput: {
            /** Stage */
            stage: string;
            /** Path */
            path?: string | null;
            /** Stream */
            stream?: ("stdout" | "stderr") | null;
            /** As */
            as?: string | null;
        };
        /**
         * StageRequest
         * @description A stage to run: a submission, what it waits for, and what it is given of that.
         */
        StageRequest: {
            /** Code */
            code?: string | null;
            /**
             * Files
             * @default []
             */
            files: components["schemas"]["InputFile"][];
            /** Entrypoint */
            entrypoint?: string | null;
            /**
             * Runtime
             * @default python
             */
            runtime: string;
            /**
             * Stdin
             * @default
             */
            stdin: string;
            /**
             * Argv
             * @default []
             */
            argv: string[];
            /** Env */
            env?: {
                [key: string]: string;
            };
            /**
             * @default {
             *       "wall_seconds": 30,
             *       "cpus": 1,
             *       "memory_bytes": 536870912,
             *       "processes": 64,
             *       "disk_bytes": 134217728,
             *       "output_bytes": 1048576,
             *       "open_files": 512
             *     }
             */
            limits: components["schemas"]["Limits"];
            /** Engine */
            engine?: string | null;
            /** @default shared-kernel */
            minimum_isolation: components["schemas"]["Isolation"];
            /** Image */
            image?: string | null;
            /**
             * Fresh
             * @default false
             */
            fresh: boolean;
            /**
             * Reports Progress
             * @default false
             */
            reports_progress: boolean;
            /**
             * Worker Labels
             * @default []
             */
            worker_labels: string[];
            /** @default normal */
            priority: components["schemas"]["Priority"];
            /** Labels */
            labels?: {
                [key: string]: string;
            };
            /** Name */
            name: string;
            /**
             * Needs
             * @default []
             */
            needs: string[];
            /**
             * Inputs
             * @default []
             */
            inputs: components["schemas"]["StageInput"][];
            /** Stdin From */
            stdin_from?: string | null;
            /** @default stop */
            on_failure: components["schemas"]["OnFailure"];
        };
        /**
         * StageStatus
         * @description Where a stage is.
         * @enum {string}
         */
        StageStatus: "waiting" | "queued" | "running" | "completed" | "failed" | "cancelled" | "skipped";
        /**
         * Started
         * @description A worker holds it and its sandbox is about to run the program.
         */
        Started: {
            /** Evaluation Id */
            evaluation_id: string;
            /** Fence */
            fence: number;
            /** Sequence */
            sequence: number;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "started";
            /** Worker */
            worker: string;
            /** Engine */
            engine: string;
            /** Isolation */
            isolation: string;
        };
        /**
         * Statistics
         * @description The evaluations that were queued since a moment, and what waits and runs now.
         */
        Statistics: {
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /**
             * Until
             * Format: date-time
             */
            until: string;
            /** Interval Seconds */
            interval_seconds: number;
            /** Intervals */
            intervals: components["schemas"]["Interval"][];
            /** Statuses */
            statuses?: {
                [key: string]: number;
            };
            duration?: components["schemas"]["Percentiles"] | null;
            wait?: components["schemas"]["Percentiles"] | null;
            /**
             * Runtimes
             * @default []
             */
            runtimes: components["schemas"]["RuntimeCount"][];
            /**
             * Queue
             * @default []
             */
            queue: components["schemas"]["Waiting"][];
            /**
             * Workers
             * @default []
             */
            workers: components["schemas"]["WorkerLoad"][];
        };
        /**
         * Status
         * @description Where an evaluation is. How it ended is its `Outcome`.
         * @enum {string}
         */
        Status: "queued" | "running" | "completed" | "failed" | "cancelled";
        /**
         * Storage
         * @description What a tenant's evaluations keep, and how large the database is that all share.
         */
        Storage: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            blobs: components["schemas"]["BlobTotals"];
            database: components["schemas"]["DatabaseSize"];
            deleted: components["schemas"]["DeletedCount"];
            /** Retention Seconds */
            retention_seconds?: number | null;
            /** Ended Seconds */
            ended_seconds?: number | null;
            /** Oldest */
            oldest?: string | null;
            /** Next Removal */
            next_removal?: string | null;
            plan?: components["schemas"]["RetentionPlan"] | null;
        };
        /**
         * Submission
         * @description What a researcher hands in: a program, its inputs and its limits.
         *
         *     Either `code`, which becomes the runtime's usual file (`main.py`), or `files` with the `entrypoint` among
         *     them; `files` beside `code` are inputs.
         */
        Submission: {
            /** Code */
            code?: string | null;
            /**
             * Files
             * @default []
             */
            files: components["schemas"]["InputFile"][];
            /** Entrypoint */
            entrypoint?: string | null;
            /**
             * Runtime
             * @default python
             */
            runtime: string;
            /**
             * Stdin
             * @default
             */
            stdin: string;
            /**
             * Argv
             * @default []
             */
            argv: string[];
            /** Env */
            env?: {
                [key: string]: string;
            };
            /**
             * @default {
             *       "wall_seconds": 30,
             *       "cpus": 1,
             *       "memory_bytes": 536870912,
             *       "processes": 64,
             *       "disk_bytes": 134217728,
             *       "output_bytes": 1048576,
             *       "open_files": 512
             *     }
             */
            limits: components["schemas"]["Limits"];
            /** Engine */
            engine?: string | null;
            /** @default shared-kernel */
            minimum_isolation: components["schemas"]["Isolation"];
            /** Image */
            image?: string | null;
            /**
             * Fresh
             * @default false
             */
            fresh: boolean;
            /**
             * Reports Progress
             * @default false
             */
            reports_progress: boolean;
            /**
             * Worker Labels
             * @default []
             */
            worker_labels: string[];
            /** @default normal */
            priority: components["schemas"]["Priority"];
            /** Labels */
            labels?: {
                [key: string]: string;
            };
        };
        /**
         * Submissions
         * @description Many programs at once; all of them are acknowledged, or none is.
         */
        Submissions: {
            /** Evaluations */
            evaluations: components["schemas"]["Submission"][];
        };
        /**
         * Tenant
         * @description A tenant, its share, and what it has of it now.
         */
        Tenant: {
            /** Id */
            id: string;
            /** Name */
            name: string;
            /** Cap */
            cap: number | null;
            /** Weight */
            weight: number;
            /** Cap In Force */
            cap_in_force: number | null;
            /** Waiting */
            waiting: number;
            /** Running */
            running: number;
            /**
             * Created
             * Format: date-time
             */
            created: string;
        };
        /**
         * TenantList
         * @description All tenants, by id.
         */
        TenantList: {
            /** Items */
            items: components["schemas"]["Tenant"][];
        };
        /**
         * TenantShare
         * @description What an operator gives a tenant; what is left out is as it was at the beginning.
         */
        TenantShare: {
            /**
             * Cap
             * @default null
             */
            cap: number | null;
            /**
             * Weight
             * @default 1
             */
            weight: number;
        };
        /**
         * Timing
         * @description When it was acknowledged, when its last run began, and when it ended; by the database's clock, in UTC.
         */
        Timing: {
            /**
             * Queued
             * Format: date-time
             */
            queued: string;
            /** Started */
            started?: string | null;
            /** Finished */
            finished?: string | null;
        };
        /**
         * Upcoming
         * @description When a cron line would fire, asked before there is a schedule.
         */
        Upcoming: {
            /** Cron */
            cron: string;
            /** Time Zone */
            time_zone: string;
            /** Firings */
            firings: string[];
        };
        /**
         * UsageSample
         * @description What the program used up to this moment.
         */
        UsageSample: {
            /** Evaluation Id */
            evaluation_id: string;
            /** Fence */
            fence: number;
            /** Sequence */
            sequence: number;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            kind: "usage";
            /** Wall Seconds */
            wall_seconds: number;
            /** Cpu Seconds */
            cpu_seconds: number;
            /** Memory Bytes */
            memory_bytes: number;
            /** Processes */
            processes: number;
        };
        /**
         * Wait
         * @description Where a queued evaluation stands, at the moment of the answer.
         */
        Wait: {
            reason: components["schemas"]["WaitReason"];
            /** Detail */
            detail: string;
            /** Ahead */
            ahead: number;
        };
        /**
         * WaitReason
         * @description What has to change before it starts; the first of these that holds.
         * @enum {string}
         */
        WaitReason: "no_worker" | "no_capability" | "too_large" | "paused" | "retry" | "tenant_cap" | "behind" | "slot";
        /**
         * Waiting
         * @description What waits at one priority now.
         */
        Waiting: {
            priority: components["schemas"]["Priority"];
            /** Count */
            count: number;
            /** Oldest */
            oldest?: string | null;
        };
        /**
         * Webhook
         * @description A receiver.
         */
        Webhook: {
            /** Id */
            id: string;
            /** Url */
            url: string;
            /** Events */
            events: components["schemas"]["WebhookEvent"][];
            /**
             * Created
             * Format: date-time
             */
            created: string;
            /** Created By */
            created_by: string;
        };
        /**
         * WebhookCreated
         * @description A receiver that was just made, with its secret; it is shown again only to the request that made it.
         */
        WebhookCreated: {
            /** Id */
            id: string;
            /** Url */
            url: string;
            /** Events */
            events: components["schemas"]["WebhookEvent"][];
            /**
             * Created
             * Format: date-time
             */
            created: string;
            /** Created By */
            created_by: string;
            /** Secret */
            secret: string;
        };
        /**
         * WebhookEvent
         * @description What a webhook can be told of. A dead letter is told of as such alone.
         * @enum {string}
         */
        WebhookEvent: "evaluation.failed" | "evaluation.dead_letter" | "batch.ended" | "pipeline.ended" | "webhook.test";
        /**
         * WebhookList
         * @description A tenant's receivers.
         */
        WebhookList: {
            /** Items */
            items: components["schemas"]["Webhook"][];
        };
        /**
         * WebhookRequest
         * @description Where to tell of something, and of what.
         */
        WebhookRequest: {
            /** Url */
            url: string;
            /**
             * Events
             * @default [
             *       "evaluation.dead_letter",
             *       "evaluation.failed"
             *     ]
             */
            events: components["schemas"]["WebhookEvent"][];
        };
        /**
         * Worker
         * @description A worker as the table knows it.
         */
        Worker: {
            /** Name */
            name: string;
            /** Host */
            host: string;
            /** Version */
            version: string;
            state: components["schemas"]["WorkerState"];
            wanted?: components["schemas"]["WorkerState"] | null;
            /** Is Alive */
            is_alive: boolean;
            /** Slots */
            slots: number;
            /** Running */
            running: number;
            /**
             * Runs
             * @default []
             */
            runs: components["schemas"]["RunningThere"][];
            /** Runtimes */
            runtimes: string[];
            /** Engines */
            engines: string[];
            /** Labels */
            labels: string[];
            /** Dedicated */
            dedicated: boolean;
            /** Memory Bytes */
            memory_bytes: number;
            /** Cpus */
            cpus: number;
            /**
             * Started
             * Format: date-time
             */
            started: string;
            /**
             * Seen
             * Format: date-time
             */
            seen: string;
        };
        /**
         * WorkerList
         * @description The workers that were heard of in the last ten minutes, by name.
         */
        WorkerList: {
            /** Items */
            items: components["schemas"]["Worker"][];
        };
        /**
         * WorkerLoad
         * @description What a worker holds now.
         */
        WorkerLoad: {
            /** Name */
            name: string;
            /** Running */
            running: number;
            /**
             * Lease Until
             * Format: date-time
             */
            lease_until: string;
        };
        /**
         * WorkerState
         * @description What a worker does about the queue.
         * @enum {string}
         */
        WorkerState: "working" | "paused" | "draining" | "stopped";
        /**
         * Usage
         * @description What the program used, as the kernel counted it.
         */
        crucible__domain__evaluation__Usage: {
            /** Wall Seconds */
            wall_seconds: number;
            /** Cpu Seconds */
            cpu_seconds: number;
            /** Peak Memory Bytes */
            peak_memory_bytes: number;
        };
        /**
         * Usage
         * @description What a session uses now.
         */
        crucible__domain__session_record__Usage: {
            /** Wall Seconds */
            wall_seconds: number;
            /** Cpu Seconds */
            cpu_seconds: number;
            /** Memory Bytes */
            memory_bytes: number;
            /** Peak Memory Bytes */
            peak_memory_bytes: number;
            /** Processes */
            processes: number;
            /** Disk Bytes */
            disk_bytes: number;
            /** Execs */
            execs: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_evaluations: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string | null;
                status?: components["schemas"]["Status"][];
                outcome?: components["schemas"]["Outcome"][];
                runtime?: string[];
                /** @description `key` or `key=value`; each must be there. */
                label?: string[];
                /** @description Queued at or after this moment. */
                since?: string | null;
                /** @description Queued before this moment. */
                until?: string | null;
                /** @description Whether it tried something that its sandbox refused. */
                attempted?: boolean | null;
                /** @description In code, output, error, attempts, note or a label. */
                text?: string;
                lifecycle?: components["schemas"]["Lifecycle"][];
                /** @description What has no such value yet comes last. */
                sort?: components["schemas"]["Sort"];
                order?: components["schemas"]["Order"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EvaluationPage"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    submit_one: {
        parameters: {
            query?: {
                /** @description How long to wait for the end before answering with what there is. */
                wait?: number;
            };
            header?: {
                /** @description Sent again under the same key, a request is answered alike and nothing runs twice. */
                "idempotency-key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Submission"];
            };
        };
        responses: {
            /** @description It ended within `wait` seconds. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Evaluation"];
                };
            };
            /** @description It is on disk and will run. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Evaluation"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    submit_many: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again under the same key, a request is answered alike and nothing runs twice. */
                "idempotency-key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Submissions"];
            };
        };
        responses: {
            /** @description All of them are on disk and will run; in the order in which they were given. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EvaluationList"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rerun_one: {
        parameters: {
            query?: {
                /** @description How long to wait for the end before answering with what there is. */
                wait?: number;
            };
            header?: {
                /** @description Sent again under the same key, a request is answered alike and nothing runs twice. */
                "idempotency-key"?: string | null;
            };
            path: {
                /** @description As the answer to its creation gave it: `ev_…`. */
                evaluation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It ended within `wait` seconds. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Evaluation"];
                };
            };
            /** @description A new evaluation of the same program is on disk and will run. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Evaluation"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_submission: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `ev_…`. */
                evaluation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Submission"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    check_program: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CheckRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckResult"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_evaluation: {
        parameters: {
            query?: {
                /** @description How long to wait for the end before answering with what there is. */
                wait?: number;
            };
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `ev_…`. */
                evaluation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Evaluation"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_evaluation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `ev_…`. */
                evaluation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    annotate_evaluation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `ev_…`. */
                evaluation_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Annotation"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Evaluation"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_evaluation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `ev_…`. */
                evaluation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Evaluation"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    restore_evaluation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `ev_…`. */
                evaluation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Evaluation"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    follow_events: {
        parameters: {
            query?: {
                /** @description The same, for those who can't set a header. */
                after?: string | null;
            };
            header?: {
                /** @description Resume behind this event; browsers send it by themselves. */
                "last-event-id"?: string | null;
            };
            path: {
                /** @description As the answer to its creation gave it: `ev_…`. */
                evaluation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Server-Sent Events, each with the `Event` it tells as its data. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_output: {
        parameters: {
            query?: {
                stream?: "stdout" | "stderr";
            };
            header?: {
                /** @description `bytes=0-1023`. */
                Range?: string | null;
            };
            path: {
                /** @description As the answer to its creation gave it: `ev_…`. */
                evaluation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All the bytes of the stream. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description The range that was asked for. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Requested Range Not Satisfiable */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_files: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `ev_…`. */
                evaluation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileList"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_file: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                path: string;
                /** @description As the answer to its creation gave it: `ev_…`. */
                evaluation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file's bytes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_batches: {
        parameters: {
            query?: {
                state?: components["schemas"]["BatchState"][];
                limit?: number;
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchPage"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_batch: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again under the same key, a request is answered alike and nothing runs twice. */
                "idempotency-key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BatchRequest"];
            };
        };
        responses: {
            /** @description It is open: its evaluations can be handed in. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_batch_evaluations: {
        parameters: {
            query?: {
                status?: components["schemas"]["Status"][];
                outcome?: components["schemas"]["Outcome"][];
                /** @description As `causes` lists it. */
                cause?: string | null;
                limit?: number;
                cursor?: string | null;
            };
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `ba_…`. */
                batch_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EvaluationPage"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    hand_in_to_batch: {
        parameters: {
            query?: {
                /** @description The first line's position: at most what is there. What is there already is compared, and not made again. */
                offset?: number;
                /** @description Close the batch behind these. */
                last?: boolean;
            };
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `ba_…`. */
                batch_id: string;
            };
            cookie?: never;
        };
        /** @description A `Submission` a line. */
        requestBody: {
            content: {
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description All of them are on disk and will run. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    close_batch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `ba_…`. */
                batch_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_batch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `ba_…`. */
                batch_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_batch_causes: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `ba_…`. */
                batch_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CauseList"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retry_batch: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again under the same key, a request is answered alike and nothing runs twice. */
                "idempotency-key"?: string | null;
            };
            path: {
                /** @description As the answer to its creation gave it: `ba_…`. */
                batch_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RetryRequest"];
            };
        };
        responses: {
            /** @description Those that failed so are queued again, in their places. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_batch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `ba_…`. */
                batch_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    export_batch: {
        parameters: {
            query?: {
                format?: components["schemas"]["ExportFormat"];
            };
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `ba_…`. */
                batch_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An evaluation a line, in the order in which they were handed in. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_pipelines: {
        parameters: {
            query?: {
                state?: components["schemas"]["PipelineState"][];
                limit?: number;
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PipelinePage"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_pipeline: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again under the same key, a request is answered alike and nothing runs twice. */
                "idempotency-key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PipelineRequest"];
            };
        };
        responses: {
            /** @description It is on disk; the stages that need no other are queued. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pipeline"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_pipeline: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `pl_…`. */
                pipeline_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pipeline"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_pipeline: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `pl_…`. */
                pipeline_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pipeline"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_schedules: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SchedulePage"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_schedule: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again under the same key, a request is answered alike and nothing runs twice. */
                "idempotency-key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScheduleRequest"];
            };
        };
        responses: {
            /** @description It fires from its next time on. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_upcoming: {
        parameters: {
            query: {
                cron: string;
                time_zone?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upcoming"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `sc_…`. */
                schedule_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replace_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `sc_…`. */
                schedule_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ScheduleRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `sc_…`. */
                schedule_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_firings: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string | null;
            };
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `sc_…`. */
                schedule_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FiringPage"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pause_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `sc_…`. */
                schedule_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resume_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `sc_…`. */
                schedule_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Schedule"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_sessions: {
        parameters: {
            query?: {
                state?: components["schemas"]["SessionState"][];
                limit?: number;
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionPage"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_session: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again under the same key, a request is answered alike and nothing runs twice. */
                "idempotency-key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SessionRequest"];
            };
        };
        responses: {
            /** @description It stands. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gone */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `se_…`. */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    destroy_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `se_…`. */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    measure_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `se_…`. */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["crucible__domain__session_record__Usage"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gone */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_session_attempts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `se_…`. */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionAttempts"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gone */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exec_in_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `se_…`. */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExecRequest"];
            };
        };
        responses: {
            /** @description It ended. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecResult"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gone */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stream_exec_in_session: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `se_…`. */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExecRequest"];
            };
        };
        responses: {
            /** @description Server-Sent Events, each with the `ExecEvent` it tells as its data. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gone */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_session_file: {
        parameters: {
            query: {
                /** @description Absolute, or relative to `/workspace`. */
                path: string;
                /** @description For whom; by default the session's `user`. */
                user?: string | null;
                /** @description A larger file is refused. */
                most?: number;
            };
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `se_…`. */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file's bytes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gone */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    write_session_file: {
        parameters: {
            query: {
                /** @description Absolute, or relative to `/workspace`. */
                path: string;
                /** @description For whom; by default the session's `user`. */
                user?: string | null;
                /** @description Who may do what with it, in octal: `755`. */
                mode?: string | null;
            };
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `se_…`. */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gone */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Insufficient Storage */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_runtimes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuntimeList"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_engines: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EngineList"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_statistics: {
        parameters: {
            query?: {
                /** @description How far back to look. */
                hours?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Statistics"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_storage: {
        parameters: {
            query?: {
                /** @description Tell what retention would do now, too. */
                plan?: boolean;
                /** @description In the plan, instead of the server's setting. */
                deleted_days?: number | null;
                /** @description In the plan, instead of the server's setting. */
                ended_days?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Storage"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_dead_letters: {
        parameters: {
            query?: {
                state?: components["schemas"]["DeadLetterState"][];
                limit?: number;
                cursor?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterPage"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_dead_letter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `ev_…`. */
                evaluation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetter"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replay_dead_letters: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeadLetterChoice"];
            };
        };
        responses: {
            /** @description Each program is on disk again and will run, as `replayed_as`. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterList"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    discard_dead_letters: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeadLetterChoice"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeadLetterList"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_log_level: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogLevel"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_log_level: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LogLevelRequest"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogLevel"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_log_level: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_webhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookList"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    create_webhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description Sent again under the same key, a request is answered alike and nothing runs twice. */
                "idempotency-key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookRequest"];
            };
        };
        responses: {
            /** @description The receiver, with its secret, which is shown again only to this request. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookCreated"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `wh_…`. */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    test_webhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `wh_…`. */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is being delivered; the list of deliveries says what came of it. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_deliveries: {
        parameters: {
            query?: {
                limit?: number;
            };
            header?: never;
            path: {
                /** @description As the answer to its creation gave it: `wh_…`. */
                webhook_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryList"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_queue: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Queue"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_workers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkerList"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pause_worker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the list of workers has it. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Worker"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    drain_worker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the list of workers has it. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Worker"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resume_worker: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the list of workers has it. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Worker"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_tenants: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantList"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_tenant_share: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the list of tenants has it. */
                tenant_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TenantShare"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            /** @description Bad Request */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Request Entity Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unsupported Media Type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Entity */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A part can't do its work now. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
        };
    };
}
