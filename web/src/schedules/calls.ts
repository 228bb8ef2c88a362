/** What is asked of schedules. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, api, idempotencyKey } from "../api/client";
import { byCursor } from "../api/queries";
import type { EvaluationSummary, Firing, Part, Schedule, ScheduleRequest, Upcoming } from "../api/types";

const EVERY_MS = 5_000;
const FIRINGS = 50;

export const schedulesQuery = infiniteQueryOptions({
  queryKey: ["schedules"],
  ...byCursor,
  queryFn: ({ pageParam, signal }) =>
    answer(api.GET("/api/v1/schedules", { params: { query: { cursor: pageParam } }, signal })) as Promise<
      Part<Schedule>
    >,
  refetchInterval: EVERY_MS,
});

export function scheduleQuery(id: string) {
  return queryOptions({
    queryKey: ["schedule", id],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/v1/schedules/{schedule_id}", { params: { path: { schedule_id: id } }, signal }),
      ) as Promise<Schedule>,
    refetchInterval: EVERY_MS,
  });
}

export function firingsQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ["schedule", id, "firings"],
    ...byCursor,
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET("/api/v1/schedules/{schedule_id}/firings", {
          params: {
            path: { schedule_id: id },
            query: { limit: FIRINGS, cursor: pageParam },
          },
          signal,
        }),
      ) as Promise<Part<Firing>>,
    refetchInterval: EVERY_MS,
  });
}

/** What ran for it, newest first: each carries the schedule's id as a label. */
export function runsQuery(id: string) {
  return queryOptions({
    queryKey: ["schedule", id, "runs"],
    queryFn: async ({ signal }) =>
      (
        await answer(
          api.GET("/api/v1/evaluations", { params: { query: { label: [`schedule=${id}`], limit: 200 } }, signal }),
        )
      ).items as EvaluationSummary[],
    refetchInterval: EVERY_MS,
  });
}

/** When a line would fire: the server's own reading of it. Its refusal names the field. */
export function upcomingQuery(cron: string, zone: string) {
  return queryOptions({
    queryKey: ["upcoming", cron, zone],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/v1/schedules/upcoming", { params: { query: { cron, time_zone: zone } }, signal }),
      ) as Promise<Upcoming>,
    enabled: cron !== "" && zone !== "",
    staleTime: 30_000,
  });
}

export async function createSchedule(wanted: ScheduleRequest): Promise<Schedule> {
  return (await answer(
    api.POST("/api/v1/schedules", {
      body: wanted,
      params: { header: { "idempotency-key": idempotencyKey() } },
    }),
  )) as Schedule;
}

export async function replaceSchedule(id: string, wanted: ScheduleRequest): Promise<Schedule> {
  return (await answer(
    api.PUT("/api/v1/schedules/{schedule_id}", { params: { path: { schedule_id: id } }, body: wanted }),
  )) as Schedule;
}

export async function pauseSchedule(id: string): Promise<Schedule> {
  return (await answer(
    api.POST("/api/v1/schedules/{schedule_id}/pause", { params: { path: { schedule_id: id } } }),
  )) as Schedule;
}

export async function resumeSchedule(id: string): Promise<Schedule> {
  return (await answer(
    api.POST("/api/v1/schedules/{schedule_id}/resume", { params: { path: { schedule_id: id } } }),
  )) as Schedule;
}

export async function removeSchedule(id: string): Promise<void> {
  await api.DELETE("/api/v1/schedules/{schedule_id}", { params: { path: { schedule_id: id } } });
}
