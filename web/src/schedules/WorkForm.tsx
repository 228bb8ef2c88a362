/** What a schedule runs that comes from files: a batch, or a pipeline. It is read here, and sent with the schedule. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { FieldProblem } from "../api/problem";
import { runtimesQuery } from "../api/queries";
import { ChooseFiles } from "../app/FromFiles";
import { readBatch } from "../batches/read";
import { Hostile } from "../text/Hostile";
import { count } from "../words/units";
import { Runs } from "./Runs";
import classes from "./ScheduleForm.module.css";
import { NOTHING, type Work } from "./work";

const MOST_PROGRAMS = 1000;
const FOLDERS = {
  batch: { button: "Choose a folder", label: "A folder of programs" },
  pipeline: { button: "Choose its folder", label: "The folder of a pipeline" },
};

export function WorkForm(given: {
  kind: "batch" | "pipeline";
  work: Work | null;
  change: (work: Work | null) => void;
  refused: readonly FieldProblem[];
}) {
  const { kind, work, change, refused } = given;
  const { data: runtimes = [] } = useQuery(runtimesQuery);
  const [problems, setProblems] = useState<string[]>([]);

  const take = async (files: File[]) => {
    const [first] = files;
    if (!first) return;
    if (kind === "batch") {
      const read = await readBatch(files, runtimes, "python");
      const many = read.submissions.length > MOST_PROGRAMS;
      const said = many
        ? [
            `a schedule’s batch holds at most ${count(MOST_PROGRAMS, "program")}, these are ${read.submissions.length}`,
          ]
        : read.problems;
      const name = (first.webkitRelativePath.split("/")[0] || first.name).slice(0, 255);
      setProblems(said);
      const usable = said.length === 0 && read.submissions.length > 0;
      change(usable ? { ...NOTHING, batch: { name, evaluations: read.submissions } } : null);
      return;
    }
    const { readPipeline } = await import("../pipelines/read");
    const read = await readPipeline(files, runtimes);
    setProblems(read.problems.map(({ field, message }) => `${field}: ${message}`));
    change(read.request && read.problems.length === 0 ? { ...NOTHING, pipeline: read.request } : null);
  };

  const wrong = [...problems, ...refused.map(({ field, message }) => `${field}: ${message}`)];
  return (
    <section className={classes.work} aria-label="What runs">
      <div className={classes.choose}>
        <ChooseFiles folder={FOLDERS[kind]} take={(files) => void take(files)} />
      </div>
      <div role="status">
        {work ? (
          <Runs work={work} />
        ) : (
          <p className={classes.hint}>
            {kind === "batch"
              ? "JSON with a submission a line, CSV with a column “code”, or a folder of programs. It is read now, and is the same each time."
              : "TOML or JSON, as the command takes it; what it names with “file” is chosen together with it."}
          </p>
        )}
      </div>
      {wrong.length > 0 && (
        <div role="alert" aria-label="What is wrong">
          <ul className={classes.problems}>
            {wrong.map((one) => (
              <li key={one}>
                <Hostile>{one}</Hostile>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
