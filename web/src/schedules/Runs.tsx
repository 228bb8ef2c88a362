/** A batch or a pipeline that is to run, as it was handed in. */
import { useState } from "react";
import { Graph } from "../pipelines/Graph";
import { drawnOf } from "../pipelines/preview";
import { Hostile } from "../text/Hostile";
import { count } from "../words/units";
import classes from "./Schedules.module.css";
import { inShort, type Work } from "./work";

const SHOWN = 20;

export function Runs({ work }: { work: Work }) {
  const [chosen, setChosen] = useState<string>();
  const called = work.batch?.name ?? work.pipeline?.name;
  const programs = work.batch?.evaluations ?? [];
  return (
    <div className={classes.runs}>
      <p className={classes.quiet}>
        {called && (
          <>
            <Hostile>{called}</Hostile>,{" "}
          </>
        )}
        {inShort(work)}
      </p>
      {work.pipeline && <Graph stages={drawnOf(work.pipeline, [])} chosen={chosen} choose={setChosen} />}
      {programs.length > 0 && (
        <ol className={classes.programs} aria-label="Its programs">
          {programs.slice(0, SHOWN).map((program, index) => (
            <li key={index}>
              <Hostile>{program.labels?.file ?? firstLine(program.code ?? program.entrypoint ?? "")}</Hostile>
            </li>
          ))}
        </ol>
      )}
      {programs.length > SHOWN && <p className={classes.quiet}>and {count(programs.length - SHOWN, "other")}</p>}
    </div>
  );
}

function firstLine(code: string): string {
  return (code.split("\n").find((line) => line.trim() !== "") ?? "").slice(0, 120);
}
