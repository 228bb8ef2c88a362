/** What is asked of sessions, and what is kept of the answers. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { answer, api, idempotencyKey } from "../api/client";
import { Problem, problemOf, unreachable } from "../api/problem";
import { byCursor } from "../api/queries";
import { MessageParser } from "../api/serverSentEvents";
import type { ExecEvent, Isolation, Part, Session, SessionAttempts } from "../api/types";

export function sessionsQuery(all: boolean) {
  return infiniteQueryOptions({
    queryKey: ["sessions", all],
    ...byCursor,
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET("/api/v1/sessions", {
          params: { query: { state: all ? undefined : ["starting", "running"], cursor: pageParam } },
          signal,
        }),
      ) as Promise<Part<Session>>,
    refetchInterval: 4_000,
  });
}

export function sessionQuery(id: string) {
  return queryOptions({
    queryKey: ["session", id],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/v1/sessions/{session_id}", { params: { path: { session_id: id } }, signal }),
      ) as Promise<Session>,
    refetchInterval: (query) => (isOver(query.state.data) ? false : 4_000),
  });
}

export function usageQuery(id: string, alive: boolean) {
  return queryOptions({
    queryKey: ["session usage", id],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/sessions/{session_id}/usage", { params: { path: { session_id: id } }, signal })),
    enabled: alive,
    refetchInterval: 2_000,
    retry: false,
  });
}

/** What was tried in it and refused; of one that is over, too. */
export function attemptsQuery(id: string, alive: boolean) {
  return queryOptions({
    queryKey: ["session attempts", id, alive],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/v1/sessions/{session_id}/attempts", { params: { path: { session_id: id } }, signal }),
      ) as Promise<SessionAttempts>,
    refetchInterval: alive ? 3_000 : false,
    placeholderData: (before) => before,
  });
}

export function isOver(session: Session | undefined): boolean {
  return session?.state === "ended" || session?.state === "lost";
}

export async function createSession(wanted: {
  engine: string | null;
  minimum_isolation: Isolation;
}): Promise<Session> {
  return (await answer(
    api.POST("/api/v1/sessions", {
      body: wanted as never,
      params: { header: { "idempotency-key": idempotencyKey() } },
    }),
  )) as Session;
}

export async function destroySession(id: string): Promise<Session> {
  return (await answer(
    api.DELETE("/api/v1/sessions/{session_id}", { params: { path: { session_id: id } } }),
  )) as Session;
}

export function fileAddress(id: string, path: string): string {
  return `/api/v1/sessions/${id}/files?path=${encodeURIComponent(path)}`;
}

export async function writeFile(id: string, path: string, content: Blob): Promise<void> {
  const response = await asked(
    fetch(fileAddress(id, path), {
      method: "PUT",
      body: content,
      headers: { "Content-Type": "application/octet-stream" },
    }),
  );
  if (!response.ok) throw await problemOf(response);
}

/** Runs a program in a session and yields what it tells; whoever stops reading ends it. Throws Problem. */
export async function* exec(
  id: string,
  request: { argv: string[]; timeout_seconds: number },
  signal: AbortSignal,
): AsyncGenerator<ExecEvent> {
  const response = await asked(
    fetch(`/api/v1/sessions/${id}/exec/stream`, {
      method: "POST",
      body: JSON.stringify(request),
      headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
      signal,
    }),
  );
  if (!response.ok || response.body === null) throw await problemOf(response);
  const parser = new MessageParser();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    for (const message of parser.feed(value)) yield JSON.parse(message.data) as ExecEvent;
  }
}

/** Runs a program to its end and returns what it wrote, as text. Throws Problem where it could not or failed. */
export async function output(id: string, argv: string[], signal: AbortSignal): Promise<string> {
  let written = "";
  for await (const event of exec(id, { argv, timeout_seconds: 20 }, signal)) {
    if (event.kind === "output" && event.stream === "stdout") written += textOf(event.output);
    if (event.kind === "failed") throw new Problem(event.problem as never);
    if (event.kind === "finished" && event.result.returncode !== 0)
      throw new Problem({ status: 422, title: "That can't be listed", detail: `${argv[0]} refused.` });
  }
  return written;
}

export function textOf({ encoding, data }: { encoding: string; data: string }): string {
  if (encoding === "utf-8") return data;
  return new TextDecoder().decode(Uint8Array.from(atob(data), (character) => character.charCodeAt(0)));
}

async function asked(asking: Promise<Response>): Promise<Response> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable();
  }
}
