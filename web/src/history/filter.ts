/** What the history shows, as it stands in the address and as the API is asked for it. */
import type { Lifecycle, Order, Outcome, Sort, Status } from "../api/types";
import { LIFECYCLE_VALUES, ORDER_VALUES, OUTCOME_VALUES, SORT_VALUES, STATUS_VALUES } from "../api/vocabulary";

export interface Filter {
  status?: Status[];
  outcome?: Outcome[];
  runtime?: string[];
  label?: string[];
  text?: string;
  /** From a moment on, and before another, in ISO 8601; a bar of the statistics leads here with both. */
  since?: string;
  until?: string;
  /** How far back: `1h`, `24h`, `7d`, `30d`. */
  within?: keyof typeof WITHIN_HOURS;
  /** Whether it tried something that its sandbox refused. */
  attempted?: boolean;
  lifecycle?: Lifecycle[];
  sort?: Sort;
  order?: Order;
  /** Columns that are shown beside the usual ones, or, with `-` before, are not. */
  columns?: string[];
}

const WITHIN_HOURS = { "1h": 1, "24h": 24, "7d": 168, "30d": 720 };

/** Reads an address that anybody may have written: what is no filter is left out. */
export function parseFilter(search: Record<string, unknown>): Filter {
  const filter: Filter = {
    status: chosen(search.status, STATUS_VALUES),
    outcome: chosen(search.outcome, OUTCOME_VALUES),
    runtime: texts(search.runtime),
    label: texts(search.label),
    text: typeof search.text === "string" || typeof search.text === "number" ? String(search.text) : undefined,
    since: momentOf(search.since),
    until: momentOf(search.until),
    within: Object.keys(WITHIN_HOURS).find((one) => one === search.within) as Filter["within"],
    attempted: typeof search.attempted === "boolean" ? search.attempted : undefined,
    lifecycle: chosen(search.lifecycle, LIFECYCLE_VALUES),
    sort: SORT_VALUES.find((one) => one === search.sort),
    order: ORDER_VALUES.find((one) => one === search.order),
    columns: texts(search.columns),
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined && value !== ""));
}

/** The list's parameters; the moment of `within` is cut to a minute, so that pages of one list agree on it. */
export function toQuery(filter: Filter, now: number) {
  const since =
    filter.within && new Date(Math.floor(now / 60_000) * 60_000 - WITHIN_HOURS[filter.within] * 3_600_000);
  return {
    status: filter.status,
    outcome: filter.outcome,
    runtime: filter.runtime,
    label: filter.label,
    text: filter.text,
    attempted: filter.attempted,
    lifecycle: filter.lifecycle,
    since: filter.since ?? since?.toISOString(),
    until: filter.until,
    sort: filter.sort,
    order: filter.order,
  };
}

const OF_THE_VIEW = new Set(["columns", "sort", "order"]);

/** Whether anything but columns and order differs from the whole list. */
export function isNarrowed(filter: Filter): boolean {
  return howNarrow(filter) > 0 || filter.text !== undefined;
}

/** By how many things, the search apart, the list is narrowed. */
export function howNarrow({ text: _, ...filter }: Filter): number {
  return Object.entries(filter).filter(([name, value]) => !OF_THE_VIEW.has(name) && value !== undefined).length;
}

/** What is left of a filter when it narrows nothing: how the list is shown. */
export function widened({ columns, sort, order }: Filter): Filter {
  return { columns, sort, order };
}

/** Whether one follows from the other by typing: the way back leads to where that began, not to each letter. */
export function isTyped(before: Filter, after: Filter): boolean {
  const chosen = ({ text: _, label: __, ...rest }: Filter) => JSON.stringify(parseFilter({ ...rest }));
  return chosen(before) === chosen(after);
}

/** The list in this order; asked for what it is in already, it turns. The usual order needs no words. */
export function sorted(filter: Filter, by: Sort): Filter {
  const now = filter.sort ?? "queued";
  const turned = now === by && (filter.order ?? "desc") === "desc";
  const order = turned ? ("asc" as const) : undefined;
  return { ...filter, sort: by === "queued" ? undefined : by, order };
}

function momentOf(value: unknown): string | undefined {
  const moment = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(moment) ? undefined : new Date(moment).toISOString();
}

function texts(value: unknown): string[] | undefined {
  const all = (Array.isArray(value) ? value : [value]).filter(
    (one): one is string => typeof one === "string" && one !== "",
  );
  return all.length > 0 ? all : undefined;
}

function chosen<T extends string>(value: unknown, known: readonly T[]): T[] | undefined {
  const found = known.filter((one) => texts(value)?.includes(one));
  return found.length > 0 ? found : undefined;
}
