/** Who works, and how much of it each holds now. */
import { useQuery } from "@tanstack/react-query";
import { statisticsQuery } from "../api/queries";
import { Hostile } from "../text/Hostile";
import { count } from "../words/units";
import { Panel } from "./Panel";
import classes from "./Statistics.module.css";

export function Workers() {
  const { data } = useQuery(statisticsQuery(1));
  return (
    <Panel title="Workers" note="that hold something now">
      {data?.workers?.length ? (
        <ul className={classes.list}>
          {data.workers.map((one) => (
            <li key={one.name} className={classes.item}>
              <span className={classes.name}>
                <Hostile>{one.name}</Hostile>
              </span>
              <span className={classes.amount}>{count(one.running, "program")}</span>
            </li>
          ))}
        </ul>
      ) : (
        <p className={classes.none}>All of them are idle.</p>
      )}
    </Panel>
  );
}
