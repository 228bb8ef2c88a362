/** What Crucible gave up: looked into, run again, or let go. */
import { Button } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { answer, api } from "../api/client";
import { Problem } from "../api/problem";
import { byCursor, queryClient } from "../api/queries";
import type { DeadLetter, DeadLetterState, DeadLetterSummary } from "../api/types";
import { Checkbox } from "../app/Checkbox";
import { SegmentedControl } from "../app/SegmentedControl";
import { Refusal } from "../app/State";
import { complain, tell } from "../app/Toasts";
import { Hostile } from "../text/Hostile";
import { Ago, exact } from "../words/times";
import { count } from "../words/units";
import classes from "./Operations.module.css";
import { Panel } from "./Panel";
import shared from "./Statistics.module.css";

const NOTHING: Record<DeadLetterState, string> = {
  waiting: "Nothing was given up that somebody has yet to decide about.",
  replayed: "Nothing was run again.",
  discarded: "Nothing was let go.",
};

export function DeadLetters() {
  const [state, setState] = useState<DeadLetterState>("waiting");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const query = useInfiniteQuery({
    queryKey: ["dead letters", state],
    ...byCursor,
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET("/api/v1/dead-letters", {
          params: { query: { state: [state], cursor: pageParam } },
          signal,
        }),
      ),
    refetchInterval: 10_000,
  });
  const letters = query.data?.pages.flatMap((page) => page.items) ?? [];
  const decide = useMutation({
    mutationFn: async (what: "replay" | "discard") => {
      const body = { evaluation_ids: letters.map((one) => one.evaluation_id).filter((id) => chosen.has(id)) };
      const { items } =
        what === "replay"
          ? await answer(api.POST("/api/v1/dead-letters/replay", { body }))
          : await answer(api.POST("/api/v1/dead-letters/discard", { body }));
      return `${count(items.length, "dead letter")} ${what === "replay" ? "run again" : "let go"}.`;
    },
    onSuccess: (words) => {
      tell(words);
      setChosen(new Set());
      void queryClient.invalidateQueries({ queryKey: ["dead letters"] });
      void queryClient.invalidateQueries({ queryKey: ["evaluations"] });
    },
    onError: complain,
  });
  return (
    <Panel title="Dead letters" note="what Crucible lost while it ran, and gave up">
      <div className={classes.bar}>
        <SegmentedControl
          aria-label="Which dead letters"
          value={state}
          onChange={(value) => {
            setState(value as DeadLetterState);
            setChosen(new Set());
          }}
          data={[
            { value: "waiting", label: "Waiting" },
            { value: "replayed", label: "Run again" },
            { value: "discarded", label: "Let go" },
          ]}
        />
        {state === "waiting" && letters.length > 0 && (
          <>
            <Checkbox
              size="xs"
              label="All that are shown"
              checked={chosen.size === letters.length}
              indeterminate={chosen.size > 0 && chosen.size < letters.length}
              onChange={(event) =>
                setChosen(new Set(event.currentTarget.checked ? letters.map((one) => one.evaluation_id) : []))
              }
            />
            <Button
              disabled={chosen.size === 0}
              loading={decide.isPending}
              onClick={() => decide.mutate("replay")}
            >
              Run {chosen.size || ""} again
            </Button>
            <Button
              variant="default"
              disabled={chosen.size === 0}
              loading={decide.isPending}
              onClick={() => decide.mutate("discard")}
            >
              Let go
            </Button>
          </>
        )}
      </div>
      {query.error instanceof Problem && !query.data ? (
        <Refusal problem={query.error} retry={() => void query.refetch()} />
      ) : query.data && letters.length === 0 ? (
        <p className={shared.none}>{NOTHING[state]}</p>
      ) : (
        <ul className={classes.letters}>
          {letters.map((letter) => (
            <Letter
              key={letter.evaluation_id}
              letter={letter}
              chosen={chosen.has(letter.evaluation_id)}
              choose={
                state === "waiting"
                  ? (on) => {
                      const next = new Set(chosen);
                      if (on) next.add(letter.evaluation_id);
                      else next.delete(letter.evaluation_id);
                      setChosen(next);
                    }
                  : undefined
              }
            />
          ))}
        </ul>
      )}
      {query.hasNextPage && (
        <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      )}
    </Panel>
  );
}

function Letter(given: {
  letter: DeadLetterSummary;
  chosen: boolean;
  choose: ((on: boolean) => void) | undefined;
}) {
  const { letter, chosen, choose } = given;
  const [open, setOpen] = useState(false);
  return (
    <li>
      <div className={classes.letter}>
        {choose && (
          <Checkbox
            size="xs"
            aria-label={`Choose ${letter.evaluation_id}`}
            checked={chosen}
            onChange={(event) => choose(event.currentTarget.checked)}
          />
        )}
        <div className={classes.what}>
          <Link to="/evaluations/$id" params={{ id: letter.evaluation_id }} className={classes.id}>
            {letter.evaluation_id}
          </Link>
          <p className={classes.reason}>
            <Hostile>{letter.reason}</Hostile>
          </p>
          <p className={classes.quiet}>
            {letter.runtime}, lost {count(letter.infrastructure_attempts, "time")}, <Ago at={letter.died} />
            {letter.resolved_by && (
              <>
                , decided by <Hostile>{letter.resolved_by}</Hostile>
              </>
            )}
            {letter.replayed_as && (
              <>
                ,{" "}
                <Link to="/evaluations/$id" params={{ id: letter.replayed_as }}>
                  what became of it
                </Link>
              </>
            )}
          </p>
        </div>
        <Button variant="subtle" color="gray" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Less" : "Its history"}
        </Button>
      </div>
      {open && <History id={letter.evaluation_id} />}
    </li>
  );
}

function History({ id }: { id: string }) {
  const { data } = useQuery({
    queryKey: ["dead letters", "one", id],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/v1/dead-letters/{evaluation_id}", { params: { path: { evaluation_id: id } }, signal }),
      ) as Promise<DeadLetter>,
  });
  return (
    <ol className={classes.history}>
      {data?.history?.map((loss, index) => (
        <li key={index}>
          <time dateTime={loss.at}>{exact(loss.at)}</time>
          <span>{loss.attempt > 0 ? `run ${loss.attempt}` : "not begun"}</span>
          <span>
            <Hostile>{loss.reason}</Hostile>
            {loss.worker && (
              <span className={classes.quiet}>
                {" "}
                under <Hostile>{loss.worker}</Hostile>
              </span>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
