/** One evaluation, from the moment it is handed in to its verdict and evidence. The workbench and its page show it. */
import "@fontsource-variable/geist-mono/wght.css";
import { Button } from "@mantine/core";
import { IconPlayerStop, IconRotateClockwise } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useEffect, useMemo } from "react";
import { Problem } from "../api/problem";
import { evaluationQuery, queryClient, submissionQuery } from "../api/queries";
import { isFinal } from "../api/types";
import { type Command, useCommands } from "../app/commands";
import { Refusal } from "../app/State";
import { useTabTone } from "../app/tab";
import { Hostile } from "../text/Hostile";
import { explanation, FAULT_WORDS, inBrief, type Tone, toneOf } from "../words/outcomes";
import { count } from "../words/units";
import { Annotations } from "./Annotations";
import { Attempts } from "./Attempts";
import { Deleted } from "./Deleted";
import { Diagnosis, type Sources } from "./Diagnosis";
import { containmentFacts, givenFacts, recordFacts } from "./details";
import { Facts, Fold } from "./Facts";
import { Files } from "./Files";
import { ranOutOf } from "./more";
import { Output } from "./Output";
import { Phases } from "./Phases";
import { Progress } from "./Progress";
import { programName } from "./programName";
import classes from "./RunView.module.css";
import { FEWEST_SAMPLES } from "./record";
import { Timeline } from "./Timeline";
import type { Frame } from "./trace";
import { UsageMeters } from "./UsageMeters";
import { useActions } from "./useActions";
import { useRun } from "./useRun";

const Curves = lazy(() => import("./Curves"));

export function RunView(given: { id: string; open: (frame: Frame) => void; actions?: ReactNode }) {
  const { id, open } = given;
  const { record, snapshot } = useRun(id);
  const { data: evaluation, error, refetch } = useQuery(evaluationQuery(id));
  const { data: submission } = useQuery(submissionQuery(id));
  const { stop, again } = useActions(id);
  const ended = snapshot.finished !== null;
  const running = snapshot.started !== null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: what begins or ends is worth asking for anew
  useEffect(() => {
    void queryClient.invalidateQueries({ queryKey: ["evaluation", id] });
    if (ended) void queryClient.invalidateQueries({ queryKey: ["evaluations"] });
  }, [id, ended, running]);

  const sources = useMemo<Sources>(() => {
    const files = new Map<string, string>();
    for (const file of submission?.files ?? [])
      if (file.encoding !== "base64") files.set(file.path, file.content ?? "");
    if (submission?.code != null) files.set(programName(submission.runtime ?? ""), submission.code);
    return { files };
  }, [submission]);

  const live = evaluation !== undefined && !isFinal(evaluation.status) && !ended;
  const stoppable = live && !snapshot.cancelRequested;
  const { mutate: stopIt } = stop;
  const own = useMemo<Command[]>(
    () =>
      stoppable
        ? [{ id: "stop", label: "Stop the run", group: "Program", keys: "Escape", run: () => stopIt() }]
        : [],
    [stoppable, stopIt],
  );
  useCommands(own);

  const verdict = evaluation && isFinal(evaluation.status) ? evaluation : undefined;
  const tone: Tone = verdict ? toneOf(verdict) : snapshot.started ? "active" : "quiet";
  useTabTone(tone);

  if (error instanceof Problem && error.kind === "deleted") return <Deleted problem={error} record={record} />;
  if (error instanceof Problem && !evaluation) return <Refusal problem={error} retry={() => void refetch()} />;
  if (snapshot.following.state === "refused") return <Refusal problem={snapshot.following.problem} />;

  const short = ranOutOf(verdict?.outcome);
  const headline = verdict
    ? inBrief(verdict)
    : snapshot.cancelRequested
      ? "Stopping"
      : snapshot.started
        ? "Running"
        : "Queued";
  const detail = verdict
    ? explanation(verdict)
    : snapshot.cancelRequested
      ? "It is being told; what it wrote so far is kept."
      : snapshot.started
        ? "It runs in its sandbox."
        : "It is on disk and waits for a free place.";
  return (
    <article className={classes.run} data-tone={tone} aria-busy={!ended}>
      <header className={classes.head}>
        <div className={classes.verdict}>
          <h2 className={classes.headline} aria-live="polite">
            {headline}
            {verdict?.outcome && verdict.fault !== "nobody" && verdict.fault && (
              <span className={classes.fault}>{FAULT_WORDS[verdict.fault]}</span>
            )}
          </h2>
          <p className={classes.explanation}>
            <Hostile>{detail}</Hostile>
          </p>
        </div>
        <div className={classes.actions}>
          {live ? (
            <Button
              variant="default"
              leftSection={<IconPlayerStop size={16} />}
              title="Esc"
              onClick={() => stop.mutate()}
              loading={stop.isPending}
              disabled={snapshot.cancelRequested}
            >
              {snapshot.cancelRequested ? "Stopping" : "Stop"}
            </Button>
          ) : (
            <>
              {short && (
                <Button
                  variant="default"
                  leftSection={<IconRotateClockwise size={16} />}
                  onClick={() => again.mutate(short)}
                  loading={again.isPending}
                >
                  Run with twice the {short}
                </Button>
              )}
              <Button
                variant="default"
                leftSection={<IconRotateClockwise size={16} />}
                onClick={() => again.mutate(undefined)}
                loading={again.isPending}
              >
                Run again
              </Button>
            </>
          )}
          {given.actions}
        </div>
      </header>
      {snapshot.following.state === "waiting" && (
        <p className={classes.lost} role="status">
          The connection was lost. It is taken up where it stopped.
        </p>
      )}
      {evaluation && <Annotations evaluation={evaluation} />}
      <Phases snapshot={snapshot} evaluation={evaluation} />
      <Progress told={snapshot.progress ?? evaluation?.progress ?? null} ended={verdict?.outcome ?? null} />
      {verdict && <UsageMeters evaluation={verdict} />}
      {verdict && (
        <Diagnosis evaluation={verdict} record={record} version={snapshot.version} sources={sources} open={open} />
      )}
      <Output record={record} snapshot={snapshot} evaluation={evaluation} />
      <Attempts events={snapshot.events} />
      {verdict && <Files evaluation={verdict} />}
      {evaluation && running && (!ended || record.samples.length >= FEWEST_SAMPLES) && (
        <Suspense fallback={<div className={classes.room} />}>
          <Curves evaluation={evaluation} samples={record.samples} version={snapshot.version} ended={ended} />
        </Suspense>
      )}
      {evaluation && (
        <div className={classes.folds}>
          {evaluation.containment && (
            <Fold
              title="Containment"
              note={`${evaluation.containment.engine}, ${evaluation.containment.isolation}`}
            >
              <Facts facts={containmentFacts(evaluation)} />
            </Fold>
          )}
          <Fold title="Limits and inputs" note={evaluation.runtime_version ?? evaluation.runtime}>
            <Facts facts={givenFacts(evaluation)} />
          </Fold>
          <Fold title="Record" note={evaluation.id}>
            <Facts facts={recordFacts(evaluation)} />
          </Fold>
          <Fold title="Timeline" note={count(snapshot.events.length, "event")}>
            <Timeline events={snapshot.events} />
          </Fold>
        </div>
      )}
    </article>
  );
}
