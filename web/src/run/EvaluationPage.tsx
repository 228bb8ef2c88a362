/** An evaluation's own page: its program on one side, what became of it on the other. */
import { Button } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { Problem } from "../api/problem";
import { evaluationQuery, submissionQuery } from "../api/queries";
import type { Evaluation } from "../api/types";
import { type Command, useCommands } from "../app/commands";
import { Id } from "../app/Id";
import { tell } from "../app/Toasts";
import { useTab } from "../app/tab";
import { draft, wayBack } from "../compose/draft";
import { toDraft } from "../compose/submission";
import { plain } from "../text/visible";
import { nameOf } from "../words/names";
import { inBrief } from "../words/outcomes";
import { Ago } from "../words/times";
import classes from "./EvaluationPage.module.css";
import { Listing, type Sought } from "./Listing";
import { PartOf } from "./PartOf";
import { RunView } from "./RunView";

export function EvaluationPage() {
  const { id } = useParams({ from: "/evaluations/$id" });
  const navigate = useNavigate();
  const { data: evaluation, error: refusal } = useQuery(evaluationQuery(id));
  const { data: submission } = useQuery(submissionQuery(id));

  const [sought, setSought] = useState<Sought | null>(null);

  useTab(evaluation ? told(evaluation) : refusal instanceof Problem ? refusal.title : "");

  const own = useMemo<Command[]>(
    () => [
      {
        id: "schedule",
        label: "Have this program run at times",
        keywords: "schedule cron",
        group: "Program",
        run: () => void navigate({ to: "/schedules/new", search: { from: id } }),
      },
    ],
    [navigate, id],
  );
  useCommands(own);

  const editAgain = () => {
    if (!submission) return;
    const back = wayBack();
    draft.set(toDraft(submission));
    if (back) tell("What ran is in the editor.", back);
    void navigate({ to: "/", search: { run: id } });
  };

  return (
    <div className={classes.page}>
      <div className={classes.top}>
        <h1>
          <Id of={id} />
        </h1>
        {evaluation && (
          <span className={classes.when}>
            {evaluation.runtime_version ?? evaluation.runtime}, <Ago at={evaluation.timing.queued} />
          </span>
        )}
        {evaluation && <PartOf of={evaluation} />}
      </div>
      <div className={classes.columns}>
        <RunView
          id={id}
          open={({ path, line }) => setSought({ path, line })}
          actions={
            <Button
              variant="default"
              leftSection={<IconPencil size={16} />}
              onClick={editAgain}
              disabled={!submission}
            >
              Edit and run
            </Button>
          }
        />
        {!(refusal && !evaluation) && <Listing submission={submission} sought={sought} />}
      </div>
    </div>
  );
}

const TAB_CHARACTERS = 40;

/** Of ten tabs that say how a run ended, each says which run that was. */
function told(evaluation: Evaluation): string {
  return `${inBrief(evaluation)}: ${plain(nameOf(evaluation).words).slice(0, TAB_CHARACTERS)}`;
}
