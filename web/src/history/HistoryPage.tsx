/** Everything that ever ran here, narrowed by what stands in the address; rows come as one scrolls. */
import "@fontsource-variable/geist-mono/wght.css";
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type RowSelectionState, useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Problem } from "../api/problem";
import type { EvaluationSummary } from "../api/types";
import { Checkbox } from "../app/Checkbox";
import { Refusal, State } from "../app/State";
import { useTab } from "../app/tab";
import { useNarrow } from "../app/useNarrow";
import { count } from "../words/units";
import { BulkBar } from "./BulkBar";
import { columns, features, USUAL, WIDTHS } from "./columns";
import { FilterBar } from "./FilterBar";
import { type Filter, isNarrowed, isTyped, widened } from "./filter";
import classes from "./History.module.css";
import { backToTop, historyQuery, wantsMore } from "./list";
import { Head, OrderPicker } from "./order";
import { Row } from "./Row";

const ROW_PIXELS = 38;
const CARD_PIXELS = 64;
const NONE: EvaluationSummary[] = [];

export function HistoryPage() {
  const filter = useSearch({ from: "/evaluations" });
  const navigate = useNavigate();
  const change = useCallback(
    (next: Filter) => void navigate({ to: "/evaluations", search: next, replace: isTyped(filter, next) }),
    [navigate, filter],
  );
  const query = useInfiniteQuery(historyQuery(filter));
  const data = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? NONE, [query.data]);
  const [rowSelection, setRowSelection] = useState<RowSelectionState>({});
  const shown = useMemo(() => visible(filter.columns), [filter.columns]);

  const table = useTable({
    features,
    columns,
    data,
    getRowId: (row: EvaluationSummary) => row.id,
    state: { rowSelection, columnVisibility: shown },
    onRowSelectionChange: setRowSelection,
  });

  useTab("History");

  const narrow = useNarrow();
  const box = useRef<HTMLDivElement>(null);
  const rows = table.getRowModel().rows;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => (narrow ? CARD_PIXELS : ROW_PIXELS),
    overscan: 10,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what rows measure follows from the width alone
  useEffect(() => virtual.measure(), [narrow]);
  const items = virtual.getVirtualItems();
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const wanting = wantsMore(virtual.range?.endIndex ?? 0, rows.length, (virtual.scrollOffset ?? 0) > 0);
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && wanting) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, wanting]);

  const template = narrow
    ? undefined
    : `34px ${columns
        .filter((column) => shown[column.id ?? ""])
        .map((column) => WIDTHS[column.id ?? ""])
        .join(" ")}`;
  // Each frame of a scroll renders: none of them may go through 100,000 rows.
  const selected = useMemo(() => data.filter((one) => rowSelection[one.id]), [data, rowSelection]);

  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <h1 className={classes.title}>History</h1>
        <span className={classes.amount} role="status">
          {query.data && `${count(data.length, "evaluation")}${hasNextPage ? ", and more below" : ""}`}
        </span>
        {(query.data?.pages.length ?? 0) > 1 && (
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            title="What is loaded beyond the first rows stands still; those follow what happens."
            onClick={() => {
              box.current?.scrollTo(0, 0);
              // Once the scroll is through: from where the list stood, the next page would be asked for again.
              requestAnimationFrame(() => backToTop(filter));
            }}
          >
            Back to the top
          </Button>
        )}
      </div>
      <FilterBar filter={filter} change={change} />
      {selected.length > 0 && <BulkBar selected={selected} clear={() => setRowSelection({})} />}
      {query.error instanceof Problem && !query.data ? (
        <Refusal problem={query.error} retry={() => void query.refetch()} />
      ) : query.data && data.length === 0 ? (
        <Empty filter={filter} clear={() => change(widened(filter))} />
      ) : (
        <div
          ref={box}
          className={classes.box}
          tabIndex={0}
          role="table"
          aria-label="Evaluations"
          aria-rowcount={-1}
        >
          <div role="rowgroup" className={classes.header}>
            <div
              role="row"
              className={narrow ? `${classes.row} ${classes.narrow}` : classes.row}
              style={{ gridTemplateColumns: template }}
            >
              <span role="columnheader" className={classes.check}>
                <Checkbox
                  size="xs"
                  aria-label="Choose all that are loaded"
                  disabled={data.length === 0}
                  checked={table.getIsAllRowsSelected()}
                  indeterminate={table.getIsSomeRowsSelected()}
                  onChange={table.getToggleAllRowsSelectedHandler()}
                />
              </span>
              {narrow ? (
                <OrderPicker filter={filter} change={change} />
              ) : (
                table
                  .getVisibleLeafColumns()
                  .map((column) => (
                    <Head
                      key={column.id}
                      id={column.id}
                      words={String(column.columnDef.header)}
                      filter={filter}
                      change={change}
                    />
                  ))
              )}
            </div>
          </div>
          <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: "relative", minWidth: "100%" }}>
            {query.isPending && <Waiting />}
            {items.map((item) => {
              const row = rows[item.index];
              return (
                row && (
                  <Row
                    key={row.id}
                    of={row}
                    place={item.index}
                    top={item.start}
                    template={template}
                    chosen={rowSelection[row.id] ?? false}
                  />
                )
              );
            })}
          </div>
        </div>
      )}
    </div>
  );
}

function visible(changes: readonly string[] | undefined): Record<string, boolean> {
  const shown = new Set(USUAL);
  for (const change of changes ?? []) {
    if (change.startsWith("-")) shown.delete(change.slice(1));
    else shown.add(change);
  }
  return Object.fromEntries(Object.keys(WIDTHS).map((id) => [id, shown.has(id)]));
}

function Empty({ filter, clear }: { filter: Filter; clear: () => void }) {
  if (isNarrowed(filter)) {
    return (
      <State title="Nothing is like that" detail="No evaluation fits all that is asked for above.">
        <Button variant="default" onClick={clear}>
          Show everything
        </Button>
      </State>
    );
  }
  return (
    <State
      title="Nothing has run yet"
      detail="What is run here, by the command line, or through the API appears in this list."
    >
      <Button component={Link} to="/">
        Write a program
      </Button>
    </State>
  );
}

function Waiting() {
  return (
    <div className={classes.waiting} role="row">
      <span role="cell">Loading …</span>
    </div>
  );
}
