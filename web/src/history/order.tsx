/** In which order the list is: chosen by a column's head or, where there is no room for columns, from a list. */
import { NativeSelect } from "@mantine/core";
import type { Order, Sort } from "../api/types";
import { NUMBERS, SORTS } from "./columns";
import { type Filter, sorted } from "./filter";
import classes from "./History.module.css";

export function Head(given: { id: string; words: string; filter: Filter; change: (filter: Filter) => void }) {
  const { id, words, filter, change } = given;
  const sort = SORTS[id];
  const number = NUMBERS.has(id) || undefined;
  if (!sort) {
    return (
      <span role="columnheader" data-number={number}>
        {words}
      </span>
    );
  }
  const now = (filter.sort ?? "queued") === sort;
  const up = now && filter.order === "asc";
  return (
    <span role="columnheader" data-number={number} aria-sort={now ? (up ? "ascending" : "descending") : "none"}>
      <button type="button" className={classes.sort} onClick={() => change(sorted(filter, sort))}>
        {words}
        <span aria-hidden>{now ? (up ? "↑" : "↓") : ""}</span>
      </button>
    </span>
  );
}

const ORDERS: [by: Sort, order: Order, words: string][] = [
  ["queued", "desc", "Newest first"],
  ["queued", "asc", "Oldest first"],
  ["finished", "desc", "Finished last"],
  ["duration", "desc", "Longest first"],
  ["memory", "desc", "Most memory first"],
  ["attempts", "desc", "Most refused first"],
  ["outcome", "asc", "By outcome"],
  ["runtime", "asc", "By runtime"],
];

/** The orders that one asks for, and the one that the address asks for where it is another. */
export function OrderPicker({ filter, change }: { filter: Filter; change: (filter: Filter) => void }) {
  const by = filter.sort ?? "queued";
  const order = filter.order ?? "desc";
  const offered = ORDERS.some(([sort, way]) => sort === by && way === order)
    ? ORDERS
    : [...ORDERS, [by, order, `By ${by}, ${order === "asc" ? "upwards" : "downwards"}`] as const];
  return (
    <span role="columnheader">
      <NativeSelect
        aria-label="Order"
        size="xs"
        variant="unstyled"
        value={`${by} ${order}`}
        onChange={(event) => {
          const [sort, way] = event.currentTarget.value.split(" ") as [Sort, Order];
          change({
            ...filter,
            sort: sort === "queued" ? undefined : sort,
            order: way === "desc" ? undefined : way,
          });
        }}
        data={offered.map(([sort, way, words]) => ({ value: `${sort} ${way}`, label: words }))}
      />
    </span>
  );
}
