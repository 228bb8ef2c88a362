/** What is to be said of one stage: where it is and why, what it is given, and a way to what ran for it. */
import { IconArrowRight } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { Stage } from "../api/types";
import { Badge } from "../app/Badge";
import { type Fact, Facts } from "../run/Facts";
import { Hostile } from "../text/Hostile";
import { Ago } from "../words/times";
import classes from "./Pipelines.module.css";
import { took } from "./took";
import { FAILURE_WORDS, inBrief, toneOfStage } from "./words";

export function StagePanel({ stage }: { stage: Stage }) {
  return (
    <section className={classes.stage} aria-label="The chosen stage">
      <header className={classes.stageHead}>
        <h2 className={classes.stageName}>
          <Hostile>{stage.name}</Hostile>
        </h2>
        <Badge live tone={toneOfStage(stage)}>
          {inBrief(stage)}
        </Badge>
        {stage.evaluation_id && (
          <Link to="/evaluations/$id" params={{ id: stage.evaluation_id }} className={classes.open}>
            Its run
            <IconArrowRight size={15} stroke={1.6} aria-hidden />
          </Link>
        )}
      </header>
      {stage.why && !stage.outcome && (
        <p className={classes.why}>
          <Hostile>{stage.why}</Hostile>
        </p>
      )}
      <Facts facts={factsOf(stage)} />
    </section>
  );
}

function factsOf(stage: Stage): Fact[] {
  const time = took(stage);
  return [
    ["runtime", stage.runtime],
    ["needs", stage.needs.join(", ") || "nothing"],
    ...stage.inputs.map((input): Fact => ["is given", givenBy(input)]),
    ...(stage.stdin_from ? [["reads", `what ${stage.stdin_from} wrote`] as Fact] : []),
    ["where it fails", FAILURE_WORDS[stage.on_failure]],
    ...(stage.exit_code != null ? [["exit code", String(stage.exit_code)] as Fact] : []),
    ...(time ? [["ran for", time] as Fact] : []),
    ...(stage.started_at ? [["began", <Ago key="began" at={stage.started_at} />] as Fact] : []),
  ];
}

function givenBy(input: Stage["inputs"][number]): string {
  const what = input.path ?? (input.stream ? `what it wrote to ${input.stream}` : "all its files");
  return `${what}, of ${input.stage}${input.as ? `, as ${input.as}` : ""}`;
}
