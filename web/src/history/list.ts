/** The list of evaluations, page by page as one scrolls, and all of it for an export. */
import { infiniteQueryOptions } from "@tanstack/react-query";
import { answer, api } from "../api/client";
import { byCursor, queryClient } from "../api/queries";
import { type EvaluationSummary, isFinal, type Part } from "../api/types";
import { type Filter, toQuery } from "./filter";

const PAGE = 100;
const EXPORT_PAGE = 200;
const MOST_EXPORTED = 100_000;
const REFRESH_MS = 2_500;
/** A list of more pages than these is asked for anew only where somebody wants it: each page is a request. */
const MOST_PAGES_ANEW = 5;
/** From how far before the last loaded row on a scroll asks for more. */
const AHEAD_ROWS = 40;

export function historyQuery(filter: Filter) {
  const { columns: _, ...asked } = filter;
  const isShort = (query: { state: { data?: { pages: Part<EvaluationSummary>[] } } }) =>
    (query.state.data?.pages.length ?? 0) <= MOST_PAGES_ANEW;
  return infiniteQueryOptions({
    queryKey: ["evaluations", "history", asked],
    ...byCursor,
    queryFn: ({ pageParam, signal }) => page(asked, pageParam, PAGE, signal),
    // Asking anew for what is on many pages would be as much again each time; who is that deep reads the past.
    refetchInterval: (query) => {
      const pages = query.state.data?.pages;
      if (pages?.length !== 1) return false;
      return pages[0]?.items.some((one) => !isFinal(one.status)) ? REFRESH_MS : REFRESH_MS * 4;
    },
    refetchOnWindowFocus: isShort,
    refetchOnReconnect: isShort,
    refetchOnMount: isShort,
  });
}

/** Lets go of all pages but the first, and asks for that anew. */
export function backToTop(filter: Filter): void {
  const { queryKey } = historyQuery(filter);
  queryClient.setQueryData(queryKey, (data) =>
    data ? { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) } : data,
  );
  void queryClient.invalidateQueries({ queryKey });
}

/**
 * Whether the next page is wanted. Until somebody scrolls, it is only where the window shows all that is loaded: a
 * list of one page is kept up to date, one of more is not.
 */
export function wantsMore(lastInPage: number, loaded: number, scrolled: boolean): boolean {
  return lastInPage >= loaded - (scrolled ? AHEAD_ROWS : 1);
}

function page(
  filter: Filter,
  cursor: string | null,
  limit: number,
  signal?: AbortSignal,
): Promise<Part<EvaluationSummary>> {
  const query = { ...toQuery(filter, Date.now()), limit, cursor };
  return answer(api.GET("/api/v1/evaluations", { params: { query }, signal })) as Promise<Part<EvaluationSummary>>;
}

/** Everything that the filter admits, told in parts so that a page can say how far it is. */
export async function everything(filter: Filter, told: (count: number) => void): Promise<EvaluationSummary[]> {
  const all: EvaluationSummary[] = [];
  let cursor: string | null = null;
  do {
    const next: Part<EvaluationSummary> = await page(filter, cursor, EXPORT_PAGE);
    all.push(...next.items);
    cursor = next.next_cursor ?? null;
    told(all.length);
  } while (cursor !== null && all.length < MOST_EXPORTED);
  return all;
}
