/** What stands where there is nothing to show: why, and what to do about it. */
import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import type { Problem } from "../api/problem";
import { Hostile } from "../text/Hostile";
import type { Tone } from "../words/outcomes";
import classes from "./State.module.css";

export function State(given: { title: string; detail?: string; tone?: Tone; children?: ReactNode }) {
  return (
    <div className={classes.state} data-tone={given.tone ?? "quiet"}>
      <h2 className={classes.title}>{given.title}</h2>
      {given.detail && (
        <p className={classes.detail}>
          <Hostile>{given.detail}</Hostile>
        </p>
      )}
      {given.children && <div className={classes.actions}>{given.children}</div>}
    </div>
  );
}

export function Refusal({ problem, retry }: { problem: Problem; retry?: (() => void) | undefined }) {
  return (
    <div className={classes.state} data-tone="program" role="alert">
      <h2 className={classes.title}>{problem.title}</h2>
      <p className={classes.detail}>
        <Hostile>{problem.message}</Hostile>
      </p>
      {problem.fields.length > 0 && (
        <ul className={classes.fields}>
          {problem.fields.map((field) => (
            <li key={field.field}>
              <code>
                <Hostile>{field.field}</Hostile>
              </code>{" "}
              <Hostile>{field.message}</Hostile>
            </li>
          ))}
        </ul>
      )}
      <div className={classes.actions}>
        {retry && (
          <Button variant="default" onClick={retry}>
            Try again
          </Button>
        )}
        {problem.requestId && <span className={classes.request}>request {problem.requestId}</span>}
      </div>
    </div>
  );
}
