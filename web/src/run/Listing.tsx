/** The program and its inputs as they were handed in, to read. */
import { useEffect, useRef, useState } from "react";
import type { Submission } from "../api/types";
import { Hostile, marked } from "../text/Hostile";
import { plain } from "../text/visible";
import { bytes } from "../words/units";
import classes from "./Listing.module.css";
import { programName } from "./programName";

const SHOWN_LINES = 2_000;

/** A line that was asked for; each time anew, so that the same can be asked for again. */
export interface Sought {
  path: string;
  line: number;
}

interface Shown {
  name: string;
  content: string;
  binary: boolean;
}

export function Listing(given: { submission: Submission | undefined; sought?: Sought | null }) {
  const { submission, sought } = given;
  const [chosen, setChosen] = useState(0);
  const here = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!sought || !submission) return;
    setChosen(
      Math.max(
        0,
        listed(submission).findIndex((one) => one.name === sought.path),
      ),
    );
  }, [sought, submission]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the line is there once its file is chosen
  useEffect(() => {
    void here.current?.scrollIntoView({ block: "center" });
  }, [sought, chosen]);
  if (!submission) return <div className={classes.room} data-testid="room" aria-hidden />;
  const shown = listed(submission);
  const current = shown[Math.min(chosen, shown.length - 1)];
  if (!current) return null;
  const lines = current.content.split("\n");
  return (
    <section className={classes.listing} aria-label="The program">
      <div className={classes.tabs} role="tablist" aria-label="Files">
        {shown.map((one, index) => (
          <button
            type="button"
            key={one.name}
            role="tab"
            aria-selected={one === current}
            className={classes.tab}
            onClick={() => setChosen(index)}
          >
            <Hostile>{one.name}</Hostile>
          </button>
        ))}
      </div>
      {current.binary ? (
        <p className={classes.binary}>These are bytes, {bytes(atob(current.content).length)} of them.</p>
      ) : (
        <pre className={classes.code} tabIndex={0} role="tabpanel" aria-label={plain(current.name)}>
          {lines.slice(0, SHOWN_LINES).map((line, index) => {
            const isHere = sought?.path === current.name && sought.line === index + 1;
            return (
              <div
                key={index}
                ref={isHere ? here : undefined}
                className={classes.line}
                data-here={isHere || undefined}
              >
                <span className={classes.number} aria-hidden>
                  {index + 1}
                </span>
                <bdi>{marked(line) || " "}</bdi>
              </div>
            );
          })}
          {lines.length > SHOWN_LINES && (
            <div className={classes.line}>… and {lines.length - SHOWN_LINES} lines</div>
          )}
        </pre>
      )}
    </section>
  );
}

function listed(submission: Submission): Shown[] {
  const shown: Shown[] = [];
  if (submission.code != null)
    shown.push({ name: programName(submission.runtime ?? ""), content: submission.code, binary: false });
  for (const file of submission.files ?? []) {
    shown.push({ name: file.path, content: file.content ?? "", binary: file.encoding === "base64" });
  }
  if (submission.stdin) shown.push({ name: "standard input", content: submission.stdin, binary: false });
  return shown;
}
