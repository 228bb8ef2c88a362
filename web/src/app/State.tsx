/** What stands where there is nothing to show: why, and what to do about it. */
import { Button } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import type { Problem } from "../api/problem";
import { Hostile } from "../text/Hostile";
import type { Tone } from "../words/outcomes";
import classes from "./State.module.css";

export function State(given: {
  title: string;
  detail?: string;
  tone?: Tone;
  /** Whether it stands in the place of a whole page, and not of a part of one. */
  page?: boolean;
  children?: ReactNode;
}) {
  return (
    <div className={classes.state} data-tone={given.tone ?? "quiet"}>
      <Heading words={given.title} page={given.page ?? false} />
      {given.detail && (
        <p className={classes.detail}>
          <Hostile>{given.detail}</Hostile>
        </p>
      )}
      {given.children && <div className={classes.actions}>{given.children}</div>}
    </div>
  );
}

export function Refusal(given: {
  problem: Problem;
  retry?: (() => void) | undefined;
  page?: boolean;
  /** What else can be done about it. */
  children?: ReactNode;
}) {
  const { problem, retry, page = false } = given;
  return (
    <div className={classes.state} data-tone="program" role="alert">
      <Heading words={problem.title} page={page} />
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
        {given.children}
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

/** A page has one heading of the first rank, and the tab says what it says. */
function Heading({ words, page }: { words: string; page: boolean }) {
  useEffect(() => {
    if (page) document.title = `${words} · Crucible`;
  }, [words, page]);
  const Rank = page ? "h1" : "h2";
  return <Rank className={classes.title}>{words}</Rank>;
}
