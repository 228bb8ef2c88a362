/** One pipeline as it goes: drawn with where each stage is, and all that is to be said of the one that is chosen. */
import { Button } from "@mantine/core";
import { IconPlayerStop } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { Problem } from "../api/problem";
import { queryClient } from "../api/queries";
import type { Pipeline } from "../api/types";
import { Badge } from "../app/Badge";
import { Id } from "../app/Id";
import { Page, WaitingPage } from "../app/Page";
import { Refusal } from "../app/State";
import { complain } from "../app/Toasts";
import { Panel } from "../operations/Panel";
import { Hostile } from "../text/Hostile";
import { plain } from "../text/visible";
import { Ago } from "../words/times";
import { cancelPipeline, pipelineQuery } from "./calls";
import { type Drawn, Graph } from "./Graph";
import { StagePanel } from "./StagePanel";
import { took } from "./took";
import { inBrief, progressOf, STATE_TONES, STATE_WORDS, toneOfStage } from "./words";

export function PipelinePage() {
  const { id } = useParams({ from: "/pipelines/$id" });
  const { stage: chosen } = useSearch({ from: "/pipelines/$id" });
  const navigate = useNavigate();
  const { data: pipeline, error, refetch } = useQuery(pipelineQuery(id));
  const stages = useMemo(() => (pipeline ? drawnOf(pipeline) : []), [pipeline]);
  if (error instanceof Problem && !pipeline) return <Refusal page problem={error} retry={() => void refetch()} />;
  if (!pipeline) return <WaitingPage what="Pipeline" />;
  const stage = pipeline.stages.find((one) => one.name === chosen) ?? mostTelling(pipeline);
  return (
    <Page
      wide
      tab={`${STATE_WORDS[pipeline.state]} · ${plain(pipeline.name ?? "Pipeline")}`}
      tone={STATE_TONES[pipeline.state]}
      title={<Hostile>{pipeline.name ?? "Pipeline"}</Hostile>}
      about={
        <>
          <Badge live tone={STATE_TONES[pipeline.state]}>
            {STATE_WORDS[pipeline.state]}
          </Badge>
          <Id of={pipeline.id} /> <Ago at={pipeline.created_at} />
        </>
      }
      actions={pipeline.state === "running" && <Stop pipeline={pipeline} />}
    >
      <Panel title="Stages" note={progressOf(pipeline)}>
        <Graph
          stages={stages}
          chosen={stage?.name}
          choose={(name) =>
            void navigate({ to: "/pipelines/$id", params: { id }, search: { stage: name }, replace: true })
          }
        />
      </Panel>
      {stage && <StagePanel key={stage.name} stage={stage} />}
    </Page>
  );
}

function Stop({ pipeline }: { pipeline: Pipeline }) {
  const stop = useMutation({
    mutationFn: () => cancelPipeline(pipeline.id),
    onSuccess: (next) => {
      queryClient.setQueryData(["pipeline", pipeline.id], next);
      void queryClient.invalidateQueries({ queryKey: ["pipelines"] });
    },
    onError: complain,
  });
  return (
    <Button
      variant="default"
      leftSection={<IconPlayerStop size={15} />}
      loading={stop.isPending}
      disabled={pipeline.cancel_requested}
      onClick={() => stop.mutate()}
    >
      {pipeline.cancel_requested ? "Stopping" : "Stop it"}
    </Button>
  );
}

function drawnOf(pipeline: Pipeline): Drawn[] {
  return pipeline.stages.map((stage) => ({
    name: stage.name,
    needs: stage.needs,
    tone: toneOfStage(stage),
    words: inBrief(stage),
    note: took(stage) ?? undefined,
  }));
}

/** What one would look at first: what failed, else what runs, else the last. */
function mostTelling({ stages, stopped_by }: Pipeline) {
  return (
    stages.find((one) => one.name === stopped_by) ??
    stages.find((one) => one.status === "failed") ??
    stages.find((one) => one.status === "running") ??
    stages.at(-1)
  );
}
