/** Everything about a run that is a name and a value: what contained it, what it was given, when things happened. */
import type { ReactNode } from "react";
import { Hostile } from "../text/Hostile";
import classes from "./Facts.module.css";

export type Fact = [name: string, value: ReactNode];

export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{typeof value === "string" ? <Hostile lines>{value}</Hostile> : value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Fold(given: { title: string; note?: string; open?: boolean; children: ReactNode }) {
  return (
    <details className={classes.fold} open={given.open}>
      <summary>
        <span>{given.title}</span>
        {given.note && <span className={classes.note}>{given.note}</span>}
      </summary>
      <div className={classes.inside}>{given.children}</div>
    </details>
  );
}
