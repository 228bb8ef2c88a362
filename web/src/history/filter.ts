/** What the history shows, as it stands in the address and as the API is asked for it. */
import type { Lifecycle, Outcome, Status } from "../api/types";
import { LIFECYCLE_VALUES, OUTCOME_VALUES, STATUS_VALUES } from "../api/vocabulary";

export interface Filter {
  status?: Status[];
  outcome?: Outcome[];
  runtime?: string[];
  label?: string[];
  text?: string;
  /** How far back: `1h`, `24h`, `7d`, `30d`. */
  within?: keyof typeof WITHIN_HOURS;
  lifecycle?: Lifecycle[];
  /** Columns that are shown beside the usual ones, or, with `-` before, are not. */
  columns?: string[];
}

export const WITHIN_HOURS = { "1h": 1, "24h": 24, "7d": 168, "30d": 720 };

/** Reads an address that anybody may have written: what is no filter is left out. */
export function parseFilter(search: Record<string, unknown>): Filter {
  const filter: Filter = {
    status: chosen(search.status, STATUS_VALUES),
    outcome: chosen(search.outcome, OUTCOME_VALUES),
    runtime: texts(search.runtime),
    label: texts(search.label),
    text: typeof search.text === "string" || typeof search.text === "number" ? String(search.text) : undefined,
    within: Object.keys(WITHIN_HOURS).find((one) => one === search.within) as Filter["within"],
    lifecycle: chosen(search.lifecycle, LIFECYCLE_VALUES),
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
    lifecycle: filter.lifecycle,
    since: since?.toISOString(),
  };
}

/** Whether anything but the columns differs from the whole list. */
export function isNarrowed(filter: Filter): boolean {
  return Object.entries(filter).some(([name, value]) => name !== "columns" && value !== undefined);
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
