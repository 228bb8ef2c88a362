/** Where something is, in a word and a colour that say the same. */
import type { ReactNode } from "react";
import type { Tone } from "../words/outcomes";
import classes from "./Badge.module.css";

export function Badge({ tone, live, children }: { tone: Tone; live?: boolean; children: ReactNode }) {
  return (
    <span className={classes.badge} data-tone={tone} role={live ? "status" : undefined}>
      {children}
    </span>
  );
}
