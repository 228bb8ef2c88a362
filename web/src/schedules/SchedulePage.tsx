/** One schedule: what it runs and when, what ran for it, and what becomes of it. */
import { Button } from "@mantine/core";
import { IconPencil, IconPlayerPause, IconPlayerPlay, IconPlayerPlayFilled, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { Problem } from "../api/problem";
import { queryClient, submit } from "../api/queries";
import type { Schedule } from "../api/types";
import { Badge } from "../app/Badge";
import { Id } from "../app/Id";
import { Page, WaitingPage } from "../app/Page";
import { Refusal } from "../app/State";
import { Sure } from "../app/Sure";
import { complain, tell } from "../app/Toasts";
import { submitBatch } from "../batches/calls";
import { Panel } from "../operations/Panel";
import { submitPipeline } from "../pipelines/calls";
import { Facts } from "../run/Facts";
import { Listing } from "../run/Listing";
import { Hostile } from "../text/Hostile";
import { plain } from "../text/visible";
import { Ago } from "../words/times";
import { pauseSchedule, removeSchedule, resumeSchedule, scheduleQuery } from "./calls";
import { inWords } from "./cron";
import { Firings } from "./Firings";
import { Runs } from "./Runs";
import classes from "./Schedules.module.css";
import { Upcoming } from "./Upcoming";
import { MISSED_WORDS, STATE_TONES, STATE_WORDS } from "./words";
import { workOf } from "./work";

const LABEL = "schedule";

export function SchedulePage() {
  const { id } = useParams({ from: "/schedules/$id" });
  const { data: schedule, error, refetch } = useQuery(scheduleQuery(id));
  if (error instanceof Problem && !schedule) return <Refusal page problem={error} retry={() => void refetch()} />;
  if (!schedule) return <WaitingPage what="Schedule" />;
  const words = inWords(schedule.cron);
  return (
    <Page
      tab={`${plain(schedule.name)} · Schedule`}
      title={<Hostile>{schedule.name}</Hostile>}
      about={
        <>
          <Badge live tone={STATE_TONES[schedule.state]}>
            {STATE_WORDS[schedule.state]}
          </Badge>
          <Id of={schedule.id} />
        </>
      }
      actions={<Actions schedule={schedule} />}
    >
      <div className={classes.columns}>
        <div className={classes.side}>
          <Panel title="When" note={words ?? undefined}>
            <Facts
              facts={[
                ["cron line", <code key="line">{schedule.cron}</code>],
                ["time zone", schedule.time_zone],
                ["of missed times", MISSED_WORDS[schedule.missed]],
                ["made by", schedule.created_by],
                ["made", <Ago key="made" at={schedule.created_at} />],
              ]}
            />
          </Panel>
          <Panel title="Next times" note={schedule.time_zone}>
            {schedule.next_firings.length === 0 ? (
              <p className={classes.quiet}>None while it is paused. It misses nothing meanwhile.</p>
            ) : (
              <Upcoming firings={schedule.next_firings} zone={schedule.time_zone} />
            )}
          </Panel>
        </div>
        <Firings schedule={schedule} />
      </div>
      {schedule.submission ? (
        <Listing submission={schedule.submission} />
      ) : (
        <Panel title="Runs" note="each time the same">
          <Runs work={workOf(schedule)} />
        </Panel>
      )}
    </Page>
  );
}

/** Runs what it runs, labelled as a firing's, and tells where that is looked at. */
async function runNow({ id, submission, batch, pipeline }: Schedule) {
  const labelled = <W extends { labels?: Record<string, string> }>(work: W): W => ({
    ...work,
    labels: { ...work.labels, [LABEL]: id },
  });
  if (batch) {
    const { evaluations, name = null, labels } = labelled(batch);
    const made = await submitBatch({ name, labels }, evaluations, () => undefined);
    return { to: "/batches/$id", id: made.id } as const;
  }
  if (pipeline) return { to: "/pipelines/$id", id: (await submitPipeline(labelled(pipeline))).id } as const;
  if (!submission) throw new Error("This schedule runs nothing.");
  return { to: "/evaluations/$id", id: (await submit(labelled(submission))).id } as const;
}

function Actions({ schedule }: { schedule: Schedule }) {
  const navigate = useNavigate();
  const { id, state } = schedule;
  const changed = (next: Schedule) => {
    queryClient.setQueryData(["schedule", id], next);
    void queryClient.invalidateQueries({ queryKey: ["schedules"] });
  };
  const rest = useMutation({
    mutationFn: () => (state === "active" ? pauseSchedule(id) : resumeSchedule(id)),
    onSuccess: (next) => {
      changed(next);
      tell(next.state === "paused" ? "It fires no more until it is resumed." : "It fires again, from now on.");
    },
    onError: complain,
  });
  const now = useMutation({
    mutationFn: () => runNow(schedule),
    onSuccess: ({ to, id }) => void navigate({ to, params: { id } }),
    onError: complain,
  });
  const remove = useMutation({
    mutationFn: () => removeSchedule(id),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ["schedules"] });
      tell("The schedule is deleted. What it started goes on.");
      void navigate({ to: "/schedules" });
    },
    onError: complain,
  });
  return (
    <>
      <Button
        variant="default"
        leftSection={
          state === "active" ? (
            <IconPlayerPause size={15} stroke={1.6} />
          ) : (
            <IconPlayerPlay size={15} stroke={1.6} />
          )
        }
        loading={rest.isPending}
        onClick={() => rest.mutate()}
      >
        {state === "active" ? "Pause" : "Resume"}
      </Button>
      <Button
        variant="default"
        leftSection={<IconPlayerPlayFilled size={13} />}
        loading={now.isPending}
        onClick={() => now.mutate()}
      >
        Run it now
      </Button>
      <Button
        variant="default"
        leftSection={<IconPencil size={15} stroke={1.6} />}
        onClick={() => void navigate({ to: "/schedules/$id/edit", params: { id } })}
      >
        Edit
      </Button>
      <Sure
        question="Delete it for good?"
        icon={<IconTrash size={15} stroke={1.6} />}
        loading={remove.isPending}
        act={() => remove.mutate()}
      >
        Delete
      </Sure>
    </>
  );
}
