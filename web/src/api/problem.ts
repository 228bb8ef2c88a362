/**
 * Why a request failed, as one type: what the server said (RFC 9457), or that it could not be reached.
 * Pages show it with `Refusal`; nothing else interprets status codes.
 */

export interface FieldProblem {
  field: string;
  message: string;
}

export class Problem extends Error {
  readonly status: number;
  readonly title: string;
  /** The last part of its type: `deleted`, say. Empty where the server gave none. */
  readonly kind: string;
  readonly fields: readonly FieldProblem[];
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;

  constructor(told: {
    status: number;
    title: string;
    detail: string;
    kind?: string;
    fields?: readonly FieldProblem[];
    requestId?: string | null;
    retryAfterSeconds?: number | null;
  }) {
    super(told.detail);
    this.name = "Problem";
    this.status = told.status;
    this.title = told.title;
    this.kind = told.kind ?? "";
    this.fields = told.fields ?? [];
    this.requestId = told.requestId ?? null;
    this.retryAfterSeconds = told.retryAfterSeconds ?? null;
  }

  /** Whether asking again later can help: nobody answered, too many asked, or a part was away. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** The part of a refusal that is about a field's inside, with names as that has them; `null` where none is. */
export function inside(problem: Problem, field: string): Problem | null {
  const fields = problem.fields
    .filter((one) => one.field.startsWith(`${field}.`))
    .map((one) => ({ ...one, field: one.field.slice(field.length + 1) }));
  if (fields.length === 0) return null;
  const { status, title, message, requestId, retryAfterSeconds } = problem;
  return new Problem({ status, title, detail: message, fields, requestId, retryAfterSeconds });
}

export function unreachable(): Problem {
  return new Problem({
    status: 0,
    title: "Crucible can't be reached",
    detail: "No answer came. The server may have stopped, or the network in between.",
  });
}

/** What a refusing response says; a body that is no problem document (a proxy's page) is told by its status. */
export async function problemOf(response: Response): Promise<Problem> {
  let body: Partial<{ type: string; title: string; detail: string; errors: FieldProblem[] }> = {};
  try {
    body = JSON.parse(await response.text());
  } catch {
    body = {};
  }
  const retryAfter = Number(response.headers.get("Retry-After") ?? Number.NaN);
  return new Problem({
    status: response.status,
    title: body.title ?? `The server answered ${response.status}`,
    detail: body.detail ?? (response.statusText || "It gave no reason."),
    kind: body.type?.split(/[:/]/).at(-1) ?? "",
    fields: body.errors ?? [],
    requestId: response.headers.get("X-Request-Id"),
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
  });
}
