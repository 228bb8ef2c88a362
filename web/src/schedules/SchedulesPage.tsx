/** Programs that run again and again: when each fires next, and how its last run went. */
import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Schedule } from "../api/types";
import { Badge } from "../app/Badge";
import { Collection } from "../app/Collection";
import { type Command, useCommands } from "../app/commands";
import { Page } from "../app/Page";
import { State } from "../app/State";
import { Hostile } from "../text/Hostile";
import { Ago, Until } from "../words/times";
import { schedulesQuery } from "./calls";
import { inWords } from "./cron";
import classes from "./Schedules.module.css";
import { inZone, STATE_TONES, STATE_WORDS } from "./words";
import { inShort, workOf } from "./work";

export function SchedulesPage() {
  const navigate = useNavigate();
  const own = useMemo<Command[]>(
    () => [
      {
        id: "new schedule",
        label: "Make a schedule",
        keywords: "cron",
        group: "Schedules",
        run: () => void navigate({ to: "/schedules/new" }),
      },
    ],
    [navigate],
  );
  useCommands(own);
  return (
    <Page
      tab="Schedules"
      title="Schedules"
      about="Programs, batches and pipelines that run again and again, each time at most once."
      actions={
        <Button leftSection={<IconPlus size={15} />} onClick={() => void navigate({ to: "/schedules/new" })}>
          Make a schedule
        </Button>
      }
    >
      <Collection
        label="Schedules"
        query={useInfiniteQuery(schedulesQuery)}
        row={(schedule) => <Row schedule={schedule} />}
        empty={
          <State
            title="Nothing is scheduled"
            detail="A schedule runs a program, a batch or a pipeline at the times that a cron line says: nightly, each Monday, every ten minutes."
          >
            <Link to="/schedules/new">Make the first one</Link>
          </State>
        }
      />
    </Page>
  );
}

function Row({ schedule }: { schedule: Schedule }) {
  const [next] = schedule.next_firings;
  const what = inShort(workOf(schedule));
  return (
    <Link to="/schedules/$id" params={{ id: schedule.id }} className={classes.row}>
      <span className={classes.name}>
        <Hostile>{schedule.name}</Hostile>
        {what && <span className={classes.what}>{what}</span>}
      </span>
      <span className={classes.line}>
        <span>{inWords(schedule.cron) ?? <code>{schedule.cron}</code>}</span>
        <span className={classes.quiet}>{schedule.time_zone}</span>
      </span>
      <span className={classes.next}>
        {next ? (
          <>
            <Until at={next} />
            <span className={classes.quiet}>{inZone(next, schedule.time_zone)}</span>
          </>
        ) : (
          <span className={classes.quiet}>fires no more until it is resumed</span>
        )}
      </span>
      <span className={classes.last}>
        {schedule.last_firing ? (
          <>
            fired <Ago at={schedule.last_firing.fire_at} />
          </>
        ) : (
          "not fired yet"
        )}
      </span>
      <Badge tone={STATE_TONES[schedule.state]}>{STATE_WORDS[schedule.state]}</Badge>
    </Link>
  );
}
