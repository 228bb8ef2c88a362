/** A part of a page about how the server does, under a heading of its own. */
import type { ReactNode } from "react";
import classes from "./Statistics.module.css";

export function Panel({ title, note, children }: { title: string; note?: string; children: ReactNode }) {
  return (
    <section className={classes.panel} aria-label={title}>
      <h2 className={classes.heading}>
        {title}
        {note && <span>{note}</span>}
      </h2>
      {children}
    </section>
  );
}
