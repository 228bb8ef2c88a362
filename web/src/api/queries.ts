/** What the pages ask the server, with the keys under which the answers are kept. */
import { QueryClient, queryOptions } from "@tanstack/react-query";
import { backoffMs } from "./backoff";
import { answer, api, idempotencyKey } from "./client";
import { Problem } from "./problem";
import {
  type Annotation,
  type Engine,
  type Evaluation,
  isFinal,
  type LogLevel,
  type Part,
  type QueueNow,
  type Statistics,
  type StorageNow,
  type Submission,
  type Worker,
} from "./types";

const ATTEMPTS = 4;

export const queryClient = new QueryClient({
  defaultOptions: {
    // The server may be on this machine, whatever the browser thinks of the network.
    mutations: { networkMode: "always" },
    queries: {
      networkMode: "always",
      staleTime: 5_000,
      retry: (count, error) => error instanceof Problem && error.isPassing && count < ATTEMPTS,
      retryDelay: (attempt, error) =>
        error instanceof Problem && error.retryAfterSeconds ? error.retryAfterSeconds * 1000 : backoffMs(attempt),
      refetchOnWindowFocus: true,
    },
  },
});

/** How every list goes on that is read page by page. */
export const byCursor = {
  initialPageParam: null as string | null,
  getNextPageParam: (last: Part<unknown>) => last.next_cursor,
};

export const runtimesQuery = queryOptions({
  queryKey: ["runtimes"],
  queryFn: async ({ signal }) => (await answer(api.GET("/api/v1/runtimes", { signal }))).items,
  staleTime: 60_000,
});

/** The first look after an executor's start takes it some seconds, so nothing waits for it. */
export const enginesQuery = queryOptions({
  queryKey: ["engines"],
  queryFn: async ({ signal }) => (await answer(api.GET("/api/v1/engines", { signal }))).items as Engine[],
  staleTime: 60_000,
});

export const queueQuery = queryOptions({
  queryKey: ["queue"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/queue", { signal })) as Promise<QueueNow>,
  refetchInterval: 3_000,
});

export const storageQuery = queryOptions({
  queryKey: ["storage"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/storage", { signal })) as Promise<StorageNow>,
  refetchInterval: 15_000,
});

export const workersQuery = queryOptions({
  queryKey: ["workers"],
  queryFn: async ({ signal }) => (await answer(api.GET("/api/v1/workers", { signal }))).items as Worker[],
  refetchInterval: 3_000,
});

export type WorkerOrder = "pause" | "drain" | "resume";

export async function order(name: string, what: WorkerOrder): Promise<Worker> {
  const params = { path: { name } };
  const asked =
    what === "pause"
      ? api.POST("/api/v1/workers/{name}/pause", { params })
      : what === "drain"
        ? api.POST("/api/v1/workers/{name}/drain", { params })
        : api.POST("/api/v1/workers/{name}/resume", { params });
  return (await answer(asked)) as Worker;
}

/** Whether a submission would run now; a server that says no in words has answered, too. */
export const readinessQuery = queryOptions({
  queryKey: ["ready"],
  queryFn: async ({ signal }) => {
    const { data } = await api.GET("/api/v1/ready", { signal });
    return data ?? null;
  },
  retry: false,
  refetchInterval: (query) => (query.state.status === "error" ? 2_000 : 15_000),
});

export function evaluationQuery(id: string) {
  return queryOptions({
    queryKey: ["evaluation", id],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/v1/evaluations/{evaluation_id}", { params: { path: { evaluation_id: id } }, signal }),
      ) as Promise<Evaluation>,
    staleTime: (query) => (query.state.data && isFinal(query.state.data.status) ? 60_000 : 0),
  });
}

export function submissionQuery(id: string) {
  return queryOptions({
    queryKey: ["submission", id],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/v1/evaluations/{evaluation_id}/submission", {
          params: { path: { evaluation_id: id } },
          signal,
        }),
      ) as Promise<Submission>,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export const recentQuery = queryOptions({
  queryKey: ["evaluations", "recent"],
  queryFn: async ({ signal }) =>
    (await answer(api.GET("/api/v1/evaluations", { params: { query: { limit: 8 } }, signal }))).items,
});

export function statisticsQuery(hours: number) {
  return queryOptions({
    queryKey: ["statistics", hours],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/statistics", { params: { query: { hours } }, signal })) as Promise<Statistics>,
    refetchInterval: 5_000,
    placeholderData: (before) => before,
  });
}

export async function submit(submission: Submission): Promise<Evaluation> {
  const key = idempotencyKey();
  return (await answer(
    api.POST("/api/v1/evaluations", { body: submission, params: { header: { "idempotency-key": key } } }),
  )) as Evaluation;
}

export async function rerun(id: string): Promise<Evaluation> {
  return (await answer(
    api.POST("/api/v1/evaluations/{evaluation_id}/rerun", {
      params: { path: { evaluation_id: id }, header: { "idempotency-key": idempotencyKey() } },
    }),
  )) as Evaluation;
}

export async function restore(id: string): Promise<Evaluation> {
  return (await answer(
    api.POST("/api/v1/evaluations/{evaluation_id}/restore", { params: { path: { evaluation_id: id } } }),
  )) as Evaluation;
}

export async function annotate(id: string, annotation: Annotation): Promise<Evaluation> {
  return (await answer(
    api.PATCH("/api/v1/evaluations/{evaluation_id}", {
      params: { path: { evaluation_id: id } },
      body: annotation,
    }),
  )) as Evaluation;
}

export const logLevelQuery = queryOptions({
  queryKey: ["log level"],
  queryFn: async ({ signal }) => (await answer(api.GET("/api/v1/log-level", { signal }))).level,
});

export async function setLogLevel(level: LogLevel): Promise<void> {
  await answer(api.PUT("/api/v1/log-level", { body: { level, minutes: 60 } }));
  queryClient.setQueryData(logLevelQuery.queryKey, level);
}

export async function cancel(id: string): Promise<Evaluation> {
  return (await answer(
    api.POST("/api/v1/evaluations/{evaluation_id}/cancel", { params: { path: { evaluation_id: id } } }),
  )) as Evaluation;
}
