/** One session: a prompt into it, its files, what it uses, and its end. */
import { IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { Problem } from "../api/problem";
import { queryClient } from "../api/queries";
import type { Session } from "../api/types";
import { Badge } from "../app/Badge";
import { Id } from "../app/Id";
import { Page } from "../app/Page";
import { Refusal } from "../app/State";
import { Sure } from "../app/Sure";
import { complain, tell } from "../app/Toasts";
import { AttemptList } from "../run/Attempts";
import { type Fact, Facts } from "../run/Facts";
import { Hostile } from "../text/Hostile";
import { Ago, exact } from "../words/times";
import { bytes, count, seconds } from "../words/units";
import { attemptsQuery, destroySession, isOver, sessionQuery, usageQuery } from "./calls";
import { SessionFiles } from "./SessionFiles";
import classes from "./Sessions.module.css";
import { Terminal } from "./Terminal";
import { transcriptOf } from "./transcript";
import { END_WORDS, STATE_TONES, STATE_WORDS } from "./words";

export function SessionPage() {
  const { id } = useParams({ from: "/sessions/$id" });
  const { data: session, error, refetch } = useQuery(sessionQuery(id));
  const alive = session !== undefined && !isOver(session);
  const [version, setVersion] = useState(0);
  const transcript = useMemo(() => transcriptOf(id), [id]);
  const end = useMutation({
    mutationFn: () => destroySession(id),
    onSuccess: (ended) => {
      queryClient.setQueryData(["session", id], ended);
      void queryClient.invalidateQueries({ queryKey: ["sessions"] });
      tell("The session is ended; nothing of it is left.");
    },
    onError: complain,
  });
  if (error instanceof Problem && !session) return <Refusal page problem={error} retry={() => void refetch()} />;
  return (
    <Page
      wide
      tab="Session"
      title="Session"
      about={
        <>
          {session && (
            <Badge live tone={STATE_TONES[session.state]}>
              {STATE_WORDS[session.state]}
            </Badge>
          )}
          <Id of={id} />
        </>
      }
      actions={
        alive && (
          <Sure
            question="End it, and lose its files?"
            icon={<IconTrash size={15} stroke={1.6} />}
            loading={end.isPending}
            act={() => end.mutate()}
          >
            End the session
          </Sure>
        )
      }
    >
      {session && isOver(session) && (
        <p className={classes.over}>
          {session.reason && `It is over: ${END_WORDS[session.reason]}. `}
          {session.detail && <Hostile>{session.detail}</Hostile>}
        </p>
      )}
      {session && (
        <div className={classes.columns}>
          <Terminal transcript={transcript} alive={alive} ran={() => setVersion((before) => before + 1)} />
          <div className={classes.side}>
            {alive && <Used id={id} session={session} />}
            <Tried id={id} alive={alive} />
            {alive && <SessionFiles id={id} version={version} />}
            <section className={classes.panel} aria-label="Record">
              <Facts facts={facts(session)} />
            </section>
          </div>
        </div>
      )}
    </Page>
  );
}

function Tried({ id, alive }: { id: string; alive: boolean }) {
  const { data } = useQuery(attemptsQuery(id, alive));
  if (!data) return null;
  return (
    <>
      <AttemptList attempts={data.items} />
      {!data.complete && (
        <p className={classes.quiet}>Its executor was lost, and what that had counted last with it.</p>
      )}
    </>
  );
}

function Used({ id, session }: { id: string; session: Session }) {
  const { data } = useQuery(usageQuery(id, true));
  const { limits } = session;
  if (!data) return <div className={classes.meters} aria-hidden />;
  return (
    <dl className={classes.meters} aria-label="What it uses now">
      <Meter
        name="Memory"
        value={bytes(data.memory_bytes)}
        part={data.memory_bytes / (limits.memory_bytes ?? 1)}
      />
      <Meter name="Disk" value={bytes(data.disk_bytes)} part={data.disk_bytes / (limits.disk_bytes ?? 1)} />
      <Meter name="Processes" value={String(data.processes)} part={data.processes / (limits.processes ?? 1)} />
      <Meter name="Processor" value={seconds(data.cpu_seconds)} />
    </dl>
  );
}

function Meter({ name, value, part }: { name: string; value: string; part?: number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {part !== undefined && (
          <span className={classes.track} aria-hidden>
            <span style={{ width: `${Math.min(100, part * 100)}%` }} data-full={part > 0.9 || undefined} />
          </span>
        )}
      </dd>
    </div>
  );
}

function facts(session: Session): Fact[] {
  const held = session.containment;
  return [
    ["made by", session.owner],
    ["made", <Ago key="made" at={session.created_at} />],
    [session.ended_at ? "ended" : "ends at the latest", exact(session.ended_at ?? session.expires_at)],
    ...(session.user ? [["programs are", session.user] as Fact] : []),
    ...(held ? [["engine", `${held.engine}, ${held.isolation}`] as Fact, ["kernel", held.kernel] as Fact] : []),
    ["memory", bytes(session.limits.memory_bytes ?? 0)],
    ["disk", bytes(session.limits.disk_bytes ?? 0)],
    ["processes", count(session.limits.processes ?? 0, "process", "processes")],
    ["idle for", seconds(session.limits.idle_seconds ?? 0)],
  ];
}
