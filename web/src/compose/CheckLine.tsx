/** One line under the editor: what the parser found, and a way to the place. */
import { IconAlertTriangle, IconCheck, IconCircleX } from "@tabler/icons-react";
import type { Finding } from "../api/types";
import { Hostile } from "../text/Hostile";
import { count } from "../words/units";
import classes from "./CheckLine.module.css";
import type { Checked } from "./check";

export function CheckLine(given: { checked: Checked; runtime: string; go: (finding: Finding) => void }) {
  const { checked, runtime, go } = given;
  const [first] = checked.state === "checked" ? worstFirst(checked.findings) : [];
  return (
    <div className={classes.line} role="status" data-tone={toneOf(checked, first)}>
      {checked.state === "checked" && !first && (
        <>
          <IconCheck size={14} aria-hidden /> {runtime} finds nothing wrong with the syntax
        </>
      )}
      {checked.state === "checked" && first && (
        <button type="button" onClick={() => go(first)} title="Go there">
          {first.severity === "error" ? (
            <IconCircleX size={14} aria-hidden />
          ) : (
            <IconAlertTriangle size={14} aria-hidden />
          )}
          <span className={classes.where}>Line {first.line}</span>
          <span className={classes.message}>
            <Hostile>{first.message}</Hostile>
          </span>
          {checked.findings.length > 1 && (
            <span className={classes.more}>{count(checked.findings.length, "finding")}</span>
          )}
        </button>
      )}
      {checked.state === "asking" && <span className={classes.quiet}>{runtime} reads it</span>}
      {checked.state === "failed" && (
        <span className={classes.quiet}>
          Not checked: <Hostile>{checked.reason}</Hostile>
        </span>
      )}
    </div>
  );
}

function worstFirst(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(
    (left, right) => Number(right.severity === "error") - Number(left.severity === "error"),
  );
}

function toneOf(checked: Checked, first: Finding | undefined): string {
  if (checked.state !== "checked") return "quiet";
  if (!first) return "nobody";
  return first.severity === "error" ? "program" : "limit";
}
