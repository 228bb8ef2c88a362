/** What is asked of pipelines. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, api, idempotencyKey } from "../api/client";
import { byCursor } from "../api/queries";
import type { Part, Pipeline, PipelineRequest, PipelineSummary } from "../api/types";

const EVERY_MS = 1_000;

export const pipelinesQuery = infiniteQueryOptions({
  queryKey: ["pipelines"],
  ...byCursor,
  queryFn: ({ pageParam, signal }) =>
    answer(api.GET("/api/v1/pipelines", { params: { query: { cursor: pageParam } }, signal })) as Promise<
      Part<PipelineSummary>
    >,
  refetchInterval: 4_000,
});

export function pipelineQuery(id: string) {
  return queryOptions({
    queryKey: ["pipeline", id],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/v1/pipelines/{pipeline_id}", { params: { path: { pipeline_id: id } }, signal }),
      ) as Promise<Pipeline>,
    refetchInterval: (query) => (query.state.data && query.state.data.state !== "running" ? false : EVERY_MS),
  });
}

export async function submitPipeline(wanted: PipelineRequest): Promise<Pipeline> {
  return (await answer(
    api.POST("/api/v1/pipelines", {
      body: wanted,
      params: { header: { "idempotency-key": idempotencyKey() } },
    }),
  )) as Pipeline;
}

export async function cancelPipeline(id: string): Promise<Pipeline> {
  return (await answer(
    api.POST("/api/v1/pipelines/{pipeline_id}/cancel", { params: { path: { pipeline_id: id } } }),
  )) as Pipeline;
}
