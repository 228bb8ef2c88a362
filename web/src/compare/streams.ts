/** What both sides printed, as far as a page can compare it: an evaluation itself shows the first 64 KiB alone. */
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "../api/client";
import type { Evaluation, StreamName } from "../api/types";

/** As `INLINE_OUTPUT_BYTES` of `crucible/domain/evaluation.py`. */
const INLINE_BYTES = 64 * 1024;
export const MOST_BYTES = 2 * 1024 ** 2;

interface Stream {
  text: string;
  /** Whether that is all that was kept of it. */
  whole: boolean;
}

export function streamQuery(evaluation: Evaluation, name: StreamName) {
  const size = evaluation[`${name}_bytes`] ?? 0;
  return queryOptions({
    queryKey: ["stream", evaluation.id, name, size],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<Stream> => ({
      text: size <= INLINE_BYTES ? (evaluation[name] ?? "") : await read(evaluation.id, name, signal),
      whole: size <= MOST_BYTES,
    }),
  });
}

function read(id: string, stream: StreamName, signal: AbortSignal): Promise<string> {
  const params = {
    path: { evaluation_id: id },
    query: { stream },
    header: { Range: `bytes=0-${MOST_BYTES - 1}` },
  };
  return answer(api.GET("/api/v1/evaluations/{evaluation_id}/output", { params, parseAs: "text", signal }));
}
