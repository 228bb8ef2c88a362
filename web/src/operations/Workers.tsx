/** Who works: what each can do, when it was last heard of, what it runs now, and orders to it. */
import { Button } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay, IconPlugConnectedX } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Problem } from "../api/problem";
import { order, queryClient, type WorkerOrder, workersQuery } from "../api/queries";
import type { Worker, WorkerState } from "../api/types";
import { Refusal } from "../app/State";
import { complain, tell } from "../app/Toasts";
import { Hostile } from "../text/Hostile";
import { Ago } from "../words/times";
import { bytes, count } from "../words/units";
import { Panel } from "./Panel";
import shared from "./Statistics.module.css";
import classes from "./Workers.module.css";

const WORDS: Record<WorkerState, string> = {
  working: "Works",
  paused: "Paused",
  draining: "Draining",
  stopped: "Stopped",
};

const ORDERED: Record<WorkerOrder, string> = {
  pause: "It takes nothing more; what it runs goes on.",
  drain: "It takes nothing more, and hands back what still runs after its grace.",
  resume: "It takes what waits again.",
};

export function Workers() {
  const { data, error, refetch } = useQuery(workersQuery);
  return (
    <Panel title="Workers" note="who was heard of in the last ten minutes">
      {error instanceof Problem && !data ? (
        <Refusal problem={error} retry={() => void refetch()} />
      ) : data?.length === 0 ? (
        <p className={shared.none}>None was heard of. What is handed in waits for one.</p>
      ) : (
        <ul className={classes.workers}>
          {data?.map((worker) => (
            <Row key={worker.name} worker={worker} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Row({ worker }: { worker: Worker }) {
  const command = useMutation({
    mutationFn: (what: WorkerOrder) => order(worker.name, what),
    onSuccess: (_, what) => {
      tell(ORDERED[what]);
      void queryClient.invalidateQueries({ queryKey: ["workers"] });
      void queryClient.invalidateQueries({ queryKey: ["queue"] });
    },
    onError: complain,
  });
  const meant = worker.wanted ?? worker.state;
  const tone = !worker.is_alive ? "crucible" : meant === "working" ? "nobody" : "limit";
  return (
    <li className={classes.worker}>
      <div className={classes.head}>
        <span className={classes.name}>
          <Hostile>{worker.name}</Hostile>
        </span>
        <span className={classes.state} data-tone={tone}>
          {worker.is_alive ? WORDS[worker.state] : "Not heard of"}
          {worker.wanted && worker.wanted !== worker.state && ", told to change"}
        </span>
        <span className={classes.orders}>
          {meant === "working" ? (
            <>
              <Button
                variant="default"
                leftSection={<IconPlayerPause size={14} stroke={1.6} />}
                loading={command.isPending}
                onClick={() => command.mutate("pause")}
              >
                Pause
              </Button>
              <Button
                variant="default"
                leftSection={<IconPlugConnectedX size={14} stroke={1.6} />}
                loading={command.isPending}
                onClick={() => command.mutate("drain")}
              >
                Drain
              </Button>
            </>
          ) : (
            meant !== "stopped" && (
              <Button
                leftSection={<IconPlayerPlay size={14} stroke={1.6} />}
                loading={command.isPending}
                onClick={() => command.mutate("resume")}
              >
                Resume
              </Button>
            )
          )}
        </span>
      </div>
      <p className={classes.facts}>
        {worker.running} of {count(worker.slots, "slot")} in use, {bytes(worker.memory_bytes)}, {worker.cpus}{" "}
        processors, heard of <Ago at={worker.seen} />, up since <Ago at={worker.started} />
        {worker.labels.length > 0 && (
          <>
            , labels <Hostile>{worker.labels.join(", ")}</Hostile>
          </>
        )}
      </p>
      {(worker.runs?.length ?? 0) > 0 && (
        <ul className={classes.runs} aria-label={`What ${worker.name} runs`}>
          {worker.runs?.map((one) => (
            <li key={one.evaluation_id}>
              <Link to="/evaluations/$id" params={{ id: one.evaluation_id }}>
                {one.evaluation_id}
              </Link>
              <span>{one.runtime}</span>
              <span>
                <Ago at={one.started} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
