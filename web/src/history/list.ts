/** The list of evaluations, page by page as one scrolls, and all of it for an export. */
import { infiniteQueryOptions } from "@tanstack/react-query";
import { answer, api } from "../api/client";
import { type EvaluationSummary, isFinal } from "../api/types";
import { type Filter, toQuery } from "./filter";

const PAGE = 100;
const EXPORT_PAGE = 200;
const MOST_EXPORTED = 100_000;
const REFRESH_MS = 2_500;

export interface Page {
  items: EvaluationSummary[];
  next_cursor?: string | null;
}

export function historyQuery(filter: Filter) {
  const { columns: _, ...asked } = filter;
  return infiniteQueryOptions({
    queryKey: ["evaluations", "history", asked],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => page(asked, pageParam, PAGE, signal),
    getNextPageParam: (last: Page) => last.next_cursor ?? null,
    // Asking anew for what is on many pages would be as much again each time; who is that deep reads the past.
    refetchInterval: (query) => {
      const pages = query.state.data?.pages;
      if (pages?.length !== 1) return false;
      return pages[0]?.items.some((one) => !isFinal(one.status)) ? REFRESH_MS : REFRESH_MS * 4;
    },
  });
}

function page(filter: Filter, cursor: string | null, limit: number, signal?: AbortSignal): Promise<Page> {
  const query = { ...toQuery(filter, Date.now()), limit, ...(cursor ? { cursor } : {}) };
  return answer(api.GET("/api/v1/evaluations", { params: { query }, signal })) as Promise<Page>;
}

/** Everything that the filter admits, told in parts so that a page can say how far it is. */
export async function everything(filter: Filter, told: (count: number) => void): Promise<EvaluationSummary[]> {
  const all: EvaluationSummary[] = [];
  let cursor: string | null = null;
  do {
    const next: Page = await page(filter, cursor, EXPORT_PAGE);
    all.push(...next.items);
    cursor = next.next_cursor ?? null;
    told(all.length);
  } while (cursor !== null && all.length < MOST_EXPORTED);
  return all;
}
