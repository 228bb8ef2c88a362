/** A list that comes in parts, the newest first: while it is asked for, where there is none, where it can't be had. */
import { Button } from "@mantine/core";
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Problem } from "../api/problem";
import type { Part } from "../api/types";
import classes from "./Collection.module.css";
import { Refusal } from "./State";

export function Collection<Item extends { id: string }>(given: {
  label: string;
  query: UseInfiniteQueryResult<InfiniteData<Part<Item>>>;
  empty: ReactNode;
  row: (item: Item) => ReactNode;
}) {
  const { label, query, empty, row } = given;
  const items = query.data?.pages.flatMap((page) => page.items);
  if (!items && query.error instanceof Problem)
    return <Refusal problem={query.error} retry={() => void query.refetch()} />;
  if (!items) return <div className={classes.room} role="status" aria-label={`${label} are being asked for`} />;
  if (items.length === 0) return empty;
  return (
    <>
      <ul className={classes.list} aria-label={label}>
        {items.map((item) => (
          <li key={item.id}>{row(item)}</li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button
          variant="default"
          className={classes.more}
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </>
  );
}
