/** A row of the history, drawn again only where something of it is another: each frame of a scroll draws the page. */
import { Link } from "@tanstack/react-router";
import { FlexRender, type Row as TableRow } from "@tanstack/react-table";
import { memo } from "react";
import type { EvaluationSummary } from "../api/types";
import { Checkbox } from "../app/Checkbox";
import { inBrief } from "../words/outcomes";
import { Card } from "./Card";
import { type features, NUMBERS } from "./columns";
import classes from "./History.module.css";

interface Given {
  of: TableRow<typeof features, EvaluationSummary>;
  place: number;
  /** Of its upper edge, in pixels. */
  top: number;
  /** The columns that are shown, as the grid's template; none where a row is a card. */
  template: string | undefined;
  chosen: boolean;
}

export const Row = memo(function Row({ of: row, place, top, template, chosen }: Given) {
  return (
    <div
      role="row"
      aria-rowindex={place + 2}
      className={template ? classes.row : `${classes.row} ${classes.narrow}`}
      data-chosen={chosen || undefined}
      style={{ gridTemplateColumns: template, transform: `translateY(${top}px)` }}
    >
      <span role="cell" className={classes.check}>
        <Checkbox
          size="xs"
          aria-label={`Choose ${row.id}`}
          checked={chosen}
          onChange={row.getToggleSelectedHandler()}
        />
      </span>
      {template ? (
        row.getVisibleCells().map((cell, index) => (
          <span key={cell.id} role="cell" data-number={NUMBERS.has(cell.column.id) || undefined}>
            {index === 0 ? (
              <Link
                to="/evaluations/$id"
                params={{ id: row.id }}
                className={classes.open}
                aria-label={`${inBrief(row.original)}, ${row.id}`}
              >
                <FlexRender cell={cell} />
              </Link>
            ) : (
              <FlexRender cell={cell} />
            )}
          </span>
        ))
      ) : (
        <span role="cell" className={classes.whole}>
          <Card of={row.original} />
        </span>
      )}
    </div>
  );
});
