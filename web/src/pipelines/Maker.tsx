/** A pipeline from a file: drawn as it is read, with what is wrong of it at its stage, and run from here. */
import { Button } from "@mantine/core";
import { IconPlayerPlayFilled, IconX } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { type FieldProblem, Problem } from "../api/problem";
import { queryClient, runtimesQuery } from "../api/queries";
import type { PipelineRequest } from "../api/types";
import { download } from "../app/download";
import { FromFiles } from "../app/FromFiles";
import { Refusal } from "../app/State";
import { Hostile } from "../text/Hostile";
import { count } from "../words/units";
import { submitPipeline } from "./calls";
import { Graph } from "./Graph";
import classes from "./Pipelines.module.css";
import { drawnOf, placed } from "./preview";
import type { Reading } from "./read";

const EXAMPLE = "pipeline.toml";

export function Maker() {
  const navigate = useNavigate();
  const { data: runtimes = [] } = useQuery(runtimesQuery);
  const [reading, setReading] = useState<Reading | null>(null);
  const [chosen, setChosen] = useState<string>();
  const [example, setExample] = useState<string | null>(null);
  const start = useMutation({
    mutationFn: (wanted: PipelineRequest) => submitPipeline(wanted),
    onSuccess: (pipeline) => {
      queryClient.setQueryData(["pipeline", pipeline.id], pipeline);
      void queryClient.invalidateQueries({ queryKey: ["pipelines"] });
      void navigate({ to: "/pipelines/$id", params: { id: pipeline.id } });
    },
  });
  const take = async (files: File[]) => {
    if (files.length === 0) return;
    start.reset();
    setChosen(undefined);
    setExample(null);
    const { readPipeline } = await import("./read");
    setReading(await readPipeline(files, runtimes));
  };
  /** Drawn here, and saved as a file, since that is what one goes on from. */
  const showExample = async () => {
    const { default: text } = await import("./example.toml?raw");
    await take([new File([text], EXAMPLE)]);
    setExample(text);
  };
  const refused = start.error instanceof Problem ? start.error : null;
  const problems = [...(reading?.problems ?? []), ...(refused?.fields ?? [])];
  const stages = reading?.request ? drawnOf(reading.request, problems) : [];
  const request = reading?.problems.length === 0 ? reading.request : null;
  return (
    <FromFiles
      label="A new pipeline"
      folder={{ button: "Choose its folder", label: "The folder of a pipeline" }}
      take={(files) => void take(files)}
      submit={() => request && start.mutate(request)}
      fields={
        <>
          {!reading && (
            <Button variant="subtle" color="gray" onClick={() => void showExample()}>
              Show an example
            </Button>
          )}
          {example !== null && (
            <Button variant="default" onClick={() => download(EXAMPLE, example, "application/toml")}>
              Save its file
            </Button>
          )}
          {reading && (
            <Button
              variant="subtle"
              color="gray"
              leftSection={<IconX size={15} />}
              onClick={() => {
                setReading(null);
                setExample(null);
                start.reset();
              }}
            >
              Clear
            </Button>
          )}
          <Button
            type="submit"
            className={classes.run}
            leftSection={<IconPlayerPlayFilled size={14} />}
            loading={start.isPending}
            disabled={!request}
          >
            Run
          </Button>
        </>
      }
    >
      <p className={classes.quiet} role="status">
        {reading?.request ? (
          <>
            <Hostile>{String(reading.request.name ?? reading.from)}</Hostile>, {count(stages.length, "stage")}.
            {request && " Nothing of it has run."}
          </>
        ) : (
          "TOML or JSON, as the command takes it; what it names with “file” is chosen together with it, and can be dropped here, too."
        )}
      </p>
      {stages.length > 0 && <Graph stages={stages} chosen={chosen} choose={setChosen} />}
      {problems.length > 0 && <Problems problems={problems} request={reading?.request ?? null} />}
      {refused && refused.fields.length === 0 && <Refusal problem={refused} />}
    </FromFiles>
  );
}

function Problems({ problems, request }: { problems: readonly FieldProblem[]; request: PipelineRequest | null }) {
  return (
    <div role="alert" aria-label="What is wrong">
      <ul className={classes.problems}>
        {problems.map((problem) => {
          const { stage, field } = placed(problem.field, request);
          return (
            <li key={`${problem.field} ${problem.message}`}>
              {stage && (
                <strong>
                  <Hostile>{stage}</Hostile>
                </strong>
              )}
              <code>
                <Hostile>{field}</Hostile>
              </code>
              <Hostile>{problem.message}</Hostile>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
