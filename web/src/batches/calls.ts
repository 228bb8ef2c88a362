/** What is asked of batches. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, api, idempotencyKey } from "../api/client";
import { problemOf, unreachable } from "../api/problem";
import { byCursor } from "../api/queries";
import { observedFetch } from "../api/traffic";
import type {
  Batch,
  BatchRequest,
  BatchState,
  Cause,
  EvaluationSummary,
  Fault,
  Part,
  Submission,
} from "../api/types";

const CHUNK = 500;

export const batchesQuery = infiniteQueryOptions({
  queryKey: ["batches"],
  ...byCursor,
  queryFn: ({ pageParam, signal }) =>
    answer(api.GET("/api/v1/batches", { params: { query: { cursor: pageParam } }, signal })) as Promise<
      Part<Batch>
    >,
  refetchInterval: 4_000,
});

export function batchQuery(id: string) {
  return queryOptions({
    queryKey: ["batch", id],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/v1/batches/{batch_id}", { params: { path: { batch_id: id } }, signal }),
      ) as Promise<Batch>,
    refetchInterval: (query) => (isOver(query.state.data?.state) ? false : 1_000),
  });
}

export function causesQuery(id: string, ended: number) {
  return queryOptions({
    queryKey: ["batch", id, "causes", ended],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/v1/batches/{batch_id}/causes", { params: { path: { batch_id: id } }, signal }),
      ) as Promise<{
        items: Cause[];
        truncated?: boolean;
      }>,
    placeholderData: (before) => before,
  });
}

export interface Wanted {
  outcome?: EvaluationSummary["outcome"];
  cause?: string;
}

export function itemsQuery(id: string, wanted: Wanted, live: boolean) {
  return infiniteQueryOptions({
    queryKey: ["batch", id, "items", wanted],
    ...byCursor,
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET("/api/v1/batches/{batch_id}/evaluations", {
          params: {
            path: { batch_id: id },
            query: {
              limit: 100,
              ...(wanted.outcome ? { outcome: [wanted.outcome] } : {}),
              ...(wanted.cause ? { cause: wanted.cause } : {}),
              cursor: pageParam,
            },
          },
          signal,
        }),
      ) as Promise<Part<EvaluationSummary>>,
    refetchInterval: (query) => (live && query.state.data?.pages.length === 1 ? 3_000 : false),
  });
}

export function isOver(state: BatchState | undefined): boolean {
  return state === "completed" || state === "cancelled";
}

/** Hands all of them in as one batch, told piece by piece. A piece whose answer was lost is compared, not made twice. */
export async function submitBatch(
  whole: BatchRequest,
  submissions: readonly Submission[],
  told: (received: number) => void,
): Promise<Batch> {
  let batch = (await answer(
    api.POST("/api/v1/batches", {
      body: whole,
      params: { header: { "idempotency-key": idempotencyKey() } },
    }),
  )) as Batch;
  for (let offset = 0; offset < submissions.length; offset += CHUNK) {
    const chunk = submissions.slice(offset, offset + CHUNK);
    const last = offset + CHUNK >= submissions.length;
    batch = await handIn(batch.id, offset, last, chunk);
    told(batch.received);
  }
  return batch;
}

async function handIn(id: string, offset: number, last: boolean, chunk: readonly Submission[]): Promise<Batch> {
  const request = new Request(
    `${window.location.origin}/api/v1/batches/${id}/evaluations?offset=${offset}&last=${last}`,
    {
      method: "POST",
      headers: { "Content-Type": "application/x-ndjson" },
      body: chunk.map((one) => `${JSON.stringify(one)}\n`).join(""),
    },
  );
  const response = await observedFetch(request).catch(() => {
    throw unreachable();
  });
  if (!response.ok) throw await problemOf(response);
  return response.json();
}

export async function retryBatch(id: string, faults: readonly Fault[]): Promise<Batch> {
  return (await answer(
    api.POST("/api/v1/batches/{batch_id}/retry", {
      params: { path: { batch_id: id } },
      body: { faults: [...faults] },
    }),
  )) as Batch;
}

export async function cancelBatch(id: string): Promise<Batch> {
  return (await answer(
    api.POST("/api/v1/batches/{batch_id}/cancel", { params: { path: { batch_id: id } } }),
  )) as Batch;
}
