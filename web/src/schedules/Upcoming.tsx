/** The next times, as the clocks of its zone show them. */
import { Until } from "../words/times";
import classes from "./Schedules.module.css";
import { inZone } from "./words";

export function Upcoming({ firings, zone }: { firings: readonly string[]; zone: string }) {
  return (
    <ol className={classes.times} aria-label="Next times">
      {firings.map((moment) => (
        <li key={moment}>
          <span>{inZone(moment, zone)}</span>
          <span className={classes.quiet}>
            <Until at={moment} />
          </span>
        </li>
      ))}
    </ol>
  );
}
