/** One batch: how far it is, how its programs ended, why those failed that did, and each of them. */
import { Button, Menu } from "@mantine/core";
import { IconDownload, IconPlayerStop, IconRotateClockwise, IconX } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { Problem } from "../api/problem";
import { queryClient } from "../api/queries";
import type { Batch, EvaluationSummary, Fault } from "../api/types";
import { Dot } from "../app/Dot";
import { Id } from "../app/Id";
import { Page, WaitingPage } from "../app/Page";
import { Refusal } from "../app/State";
import { Sure } from "../app/Sure";
import { complain, tell } from "../app/Toasts";
import { Panel } from "../operations/Panel";
import { Hostile } from "../text/Hostile";
import { plain } from "../text/visible";
import { nameOf } from "../words/names";
import { inBrief, OUTCOME_FAULTS, OUTCOME_WORDS, toneOf } from "../words/outcomes";
import { Ago } from "../words/times";
import { count, seconds } from "../words/units";
import classes from "./Batches.module.css";
import { batchQuery, cancelBatch, causesQuery, isOver, itemsQuery, retryBatch, type Wanted } from "./calls";
import { OutcomeBar } from "./OutcomeBar";
import { endedOf, howFar, outcomesOf, STATE_WORDS, toneOfBatch, totalOf } from "./words";

const FAILURES: readonly Fault[] = ["program", "limit", "user", "crucible"];

export function BatchPage() {
  const { id } = useParams({ from: "/batches/$id" });
  const { data: batch, error, refetch } = useQuery(batchQuery(id));
  if (error instanceof Problem && !batch) return <Refusal page problem={error} retry={() => void refetch()} />;
  if (!batch) return <WaitingPage what="Batch" />;
  return (
    <Page
      tab={`${howFar(batch)} · ${plain(batch.name ?? "Batch")}`}
      tone={toneOfBatch(batch)}
      title={<Hostile>{batch.name ?? "Batch"}</Hostile>}
      about={
        <>
          <Id of={batch.id} /> <Ago at={batch.created_at} />
        </>
      }
      actions={<Actions batch={batch} />}
    >
      <Progress batch={batch} />
      <div className={classes.columns}>
        <Histogram batch={batch} />
        <Causes batch={batch} />
      </div>
      <Items batch={batch} />
    </Page>
  );
}

function Actions({ batch }: { batch: Batch }) {
  const changed = (next: Batch) => {
    queryClient.setQueryData(["batch", batch.id], next);
    void queryClient.invalidateQueries({ queryKey: ["batch", batch.id] });
  };
  const retry = useMutation({
    mutationFn: (faults: readonly Fault[]) => retryBatch(batch.id, faults),
    onSuccess: (next) => {
      changed(next);
      tell("Those that failed are queued again, in their places.");
    },
    onError: complain,
  });
  const stop = useMutation({ mutationFn: () => cancelBatch(batch.id), onSuccess: changed, onError: complain });
  const left = totalOf(batch) - endedOf(batch);
  const failed = endedOf(batch) - (batch.outcomes?.succeeded ?? 0);
  return (
    <>
      {!isOver(batch.state) && (
        <Sure
          question={`Stop the ${left.toLocaleString("en")} that are left?`}
          icon={<IconPlayerStop size={15} />}
          loading={stop.isPending}
          disabled={batch.cancel_requested}
          act={() => stop.mutate()}
        >
          {batch.cancel_requested ? "Stopping" : "Stop all"}
        </Sure>
      )}
      {isOver(batch.state) && failed > 0 && (
        <Button
          leftSection={<IconRotateClockwise size={15} />}
          loading={retry.isPending}
          onClick={() => retry.mutate(FAILURES)}
        >
          Run the {failed.toLocaleString("en")} that failed again
        </Button>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" leftSection={<IconDownload size={15} stroke={1.6} />}>
            Export
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {(["jsonl", "csv"] as const).map((kind) => (
            <Menu.Item
              key={kind}
              component="a"
              download
              href={`/api/v1/batches/${batch.id}/export?format=${kind}`}
            >
              {kind === "csv" ? "As CSV" : "As JSON, one a line"}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

function Progress({ batch }: { batch: Batch }) {
  const statuses = batch.statuses ?? {};
  const parts = [
    `${endedOf(batch).toLocaleString("en")} of ${totalOf(batch).toLocaleString("en")} ended`,
    ...(statuses.running ? [`${statuses.running.toLocaleString("en")} running`] : []),
    ...(statuses.queued ? [`${statuses.queued.toLocaleString("en")} waiting`] : []),
    ...(batch.retried ? [`${count(batch.retried, "run")} replaced by another`] : []),
  ];
  return (
    <div className={classes.progress}>
      <p role="status">
        <strong>{STATE_WORDS[batch.state]}</strong> <span className={classes.quiet}>{parts.join(", ")}</span>
      </p>
      <OutcomeBar batch={batch} />
    </div>
  );
}

function Histogram({ batch }: { batch: Batch }) {
  const outcomes = outcomesOf(batch);
  const most = Math.max(1, ...outcomes.map(([, amount]) => amount));
  return (
    <Panel title="Outcomes">
      {outcomes.length === 0 && <p className={classes.quiet}>None has ended yet.</p>}
      <ul className={classes.plain}>
        {outcomes.map(([outcome, amount]) => (
          <li key={outcome}>
            <Link to="/batches/$id" params={{ id: batch.id }} search={{ outcome }} className={classes.bar}>
              <span>{OUTCOME_WORDS[outcome]}</span>
              <span className={classes.track} aria-hidden>
                <span
                  data-tone={OUTCOME_FAULTS[outcome]}
                  style={{ width: `${Math.max(1, (amount / most) * 100)}%` }}
                />
              </span>
              <span className={classes.amount}>{amount.toLocaleString("en")}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Causes({ batch }: { batch: Batch }) {
  const { data } = useQuery(causesQuery(batch.id, endedOf(batch)));
  return (
    <Panel title="Failures by cause" note="those that ended alike are one">
      {data?.items.length === 0 && <p className={classes.quiet}>Nothing failed.</p>}
      <ul className={classes.plain}>
        {data?.items.map((one) => (
          <li key={`${one.outcome} ${one.cause}`} className={classes.cause}>
            <span className={classes.amount}>{one.count.toLocaleString("en")}</span>
            <div>
              <Link
                to="/batches/$id"
                params={{ id: batch.id }}
                search={{ outcome: one.outcome, cause: one.cause ?? undefined }}
                className={classes.causeName}
                data-tone={one.fault}
              >
                {OUTCOME_WORDS[one.outcome]}
              </Link>
              {one.cause && (
                <p className={classes.said}>
                  <Hostile>{one.cause}</Hostile>
                </p>
              )}
              <p className={classes.quiet}>
                {one.examples.map((example, index) => (
                  <span key={example}>
                    {index > 0 && ", "}
                    <Link to="/evaluations/$id" params={{ id: example }}>
                      example {index + 1}
                    </Link>
                  </span>
                ))}
              </p>
            </div>
          </li>
        ))}
      </ul>
      {data?.truncated && <p className={classes.quiet}>There are more causes than are listed.</p>}
    </Panel>
  );
}

function Items({ batch }: { batch: Batch }) {
  const wanted: Wanted = useSearch({ from: "/batches/$id" });
  const navigate = useNavigate();
  const over = isOver(batch.state);
  const query = useInfiniteQuery(itemsQuery(batch.id, wanted, !over));
  useEffect(() => {
    // The last look was while some of them still ran.
    if (over) void queryClient.invalidateQueries({ queryKey: ["batch", batch.id, "items"] });
  }, [over, batch.id]);
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const narrowed = wanted.outcome !== undefined || wanted.cause !== undefined;
  return (
    <Panel title="Programs" note="in the order in which they were handed in">
      {narrowed && (
        <p className={classes.narrowed}>
          {wanted.outcome && OUTCOME_WORDS[wanted.outcome]}
          {wanted.cause && (
            <>
              : <Hostile>{wanted.cause}</Hostile>
            </>
          )}
          <Button
            variant="subtle"
            color="gray"
            leftSection={<IconX size={14} />}
            onClick={() => void navigate({ to: "/batches/$id", params: { id: batch.id }, search: {} })}
          >
            Show all
          </Button>
        </p>
      )}
      <ol className={classes.plain}>
        {items.map((item) => (
          <Item key={item.id} item={item} />
        ))}
      </ol>
      {query.hasNextPage && (
        <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      )}
    </Panel>
  );
}

function Item({ item }: { item: EvaluationSummary }) {
  const { words, code } = nameOf(item);
  return (
    <li>
      <Link to="/evaluations/$id" params={{ id: item.id }} className={classes.item}>
        <span className={classes.position}>{(item.batch_position ?? 0) + 1}</span>
        <Dot tone={toneOf(item)} />
        <span className={classes.verdict}>{inBrief(item)}</span>
        <span className={classes.called} data-code={code || undefined}>
          <Hostile>{words}</Hostile>
        </span>
        <span className={classes.amount}>{item.usage ? seconds(item.usage.wall_seconds) : ""}</span>
      </Link>
    </li>
  );
}
