/** The typed client, and the one place where a refusal becomes a `Problem`. */
import createClient from "openapi-fetch";
import { Problem, problemOf, unreachable } from "./problem";
import type { paths } from "./schema";
import { observedFetch } from "./traffic";

export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "http://localhost",
  fetch: throwingFetch,
});

/** Throws `Problem` for every answer that is none, so that callers only see data. */
async function throwingFetch(request: Request): Promise<Response> {
  let response: Response;
  try {
    response = await observedFetch(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable();
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** Return the data of an answer. */
export async function answer<T>(asked: Promise<{ data?: T; response: Response }>): Promise<T> {
  const { data, response } = await asked;
  if (data === undefined) {
    throw new Problem({
      status: response.status,
      title: "An empty answer",
      detail: "Something was expected here.",
    });
  }
  return data;
}

/** A key under which a submission that is sent again runs once. Over plain HTTP there is no `crypto.randomUUID`. */
export function idempotencyKey(): string {
  const drawn = [...crypto.getRandomValues(new Uint8Array(16))];
  return `console-${drawn.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
