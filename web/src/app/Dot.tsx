/** A spot of the colour that words beside it say, too. */
import type { Tone } from "../words/outcomes";
import classes from "./Dot.module.css";

export function Dot({ tone }: { tone: Tone }) {
  return <span className={classes.dot} data-tone={tone} aria-hidden />;
}
