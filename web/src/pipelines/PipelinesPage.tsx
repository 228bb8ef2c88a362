/** Programs one after another: handed in from a file, and how far each pipeline is. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { PipelineSummary } from "../api/types";
import { Badge } from "../app/Badge";
import { Collection } from "../app/Collection";
import { Page } from "../app/Page";
import { State } from "../app/State";
import { Hostile } from "../text/Hostile";
import { Ago } from "../words/times";
import { pipelinesQuery } from "./calls";
import { Maker } from "./Maker";
import classes from "./Pipelines.module.css";
import { progressOf, STATE_TONES, STATE_WORDS } from "./words";

export function PipelinesPage() {
  return (
    <Page
      tab="Pipelines"
      title="Pipelines"
      about="Programs one after another: each begins when those that it needs have ended, and is given what they left."
    >
      <Maker />
      <Collection
        label="Pipelines"
        query={useInfiniteQuery(pipelinesQuery)}
        row={(pipeline) => <Row pipeline={pipeline} />}
        empty={
          <State
            title="There has been no pipeline yet"
            detail="Choose a file above, in TOML or JSON: its stages, what each needs, and what runs in it. It is drawn before it runs."
          />
        }
      />
    </Page>
  );
}

function Row({ pipeline }: { pipeline: PipelineSummary }) {
  return (
    <Link to="/pipelines/$id" params={{ id: pipeline.id }} className={classes.row}>
      <span className={classes.name}>
        <Hostile>{pipeline.name ?? pipeline.id}</Hostile>
      </span>
      <span className={classes.quiet}>
        {progressOf(pipeline)}
        {pipeline.stopped_by && (
          <>
            ; ended by <Hostile>{pipeline.stopped_by}</Hostile>
          </>
        )}
      </span>
      <span className={classes.when}>
        <Ago at={pipeline.created_at} />
      </span>
      <Badge tone={STATE_TONES[pipeline.state]}>{STATE_WORDS[pipeline.state]}</Badge>
    </Link>
  );
}
