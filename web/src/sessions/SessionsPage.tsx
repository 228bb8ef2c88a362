/** Sandboxes that stay: which there are, and one more on request. */
import { Button, Checkbox, NativeSelect } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { Problem } from "../api/problem";
import { queryClient } from "../api/queries";
import type { Isolation, Session } from "../api/types";
import { ISOLATION_VALUES } from "../api/vocabulary";
import { Refusal, State } from "../app/State";
import { complain } from "../app/Toasts";
import { EnginePicker } from "../compose/EnginePicker";
import { Hostile } from "../text/Hostile";
import { Ago } from "../words/times";
import { createSession, sessionsQuery } from "./calls";
import classes from "./Sessions.module.css";
import { END_WORDS, STATE_TONES, STATE_WORDS } from "./words";

export function SessionsPage() {
  const [all, setAll] = useState(false);
  const query = useInfiniteQuery(sessionsQuery(all));
  const sessions = query.data?.pages.flatMap((page) => page.items);
  useEffect(() => {
    document.title = "Sessions · Crucible";
  }, []);
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <h1 className={classes.title}>Sessions</h1>
        <p className={classes.about}>
          Sandboxes that stay: programs run in them one after another, on the same files.
        </p>
      </div>
      <Maker />
      <Checkbox
        size="xs"
        label="Those that are over, too"
        checked={all}
        onChange={(event) => setAll(event.currentTarget.checked)}
      />
      {query.error instanceof Problem && !sessions ? (
        <Refusal problem={query.error} retry={() => void query.refetch()} />
      ) : sessions?.length === 0 ? (
        <State
          title={all ? "There has been no session yet" : "No session stands now"}
          detail="One is made above. It ends when it is ended, when nothing was done in it for ten minutes, or after an hour."
        />
      ) : (
        <ul className={classes.list}>
          {sessions?.map((session) => (
            <li key={session.id}>
              <Row session={session} />
            </li>
          ))}
        </ul>
      )}
      {query.hasNextPage && (
        <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show more
        </Button>
      )}
    </div>
  );
}

function Maker() {
  const navigate = useNavigate();
  const [engine, setEngine] = useState<string | null>(null);
  const [isolation, setIsolation] = useState<Isolation>("shared-kernel");
  const make = useMutation({
    mutationFn: () => createSession({ engine, minimum_isolation: isolation }),
    onSuccess: (session) => {
      queryClient.setQueryData(["session", session.id], session);
      void queryClient.invalidateQueries({ queryKey: ["sessions"] });
      void navigate({ to: "/sessions/$id", params: { id: session.id } });
    },
    onError: complain,
  });
  return (
    <form
      className={classes.maker}
      aria-label="A new session"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate();
      }}
    >
      <EnginePicker chosen={engine} choose={setEngine} only={(one) => one.sessions ?? false} />
      <NativeSelect
        label="Isolation, at least"
        data={[...ISOLATION_VALUES]}
        value={isolation}
        onChange={(event) => setIsolation(event.currentTarget.value as Isolation)}
      />
      <Button type="submit" leftSection={<IconPlus size={15} />} loading={make.isPending}>
        Make a session
      </Button>
    </form>
  );
}

function Row({ session }: { session: Session }) {
  return (
    <Link to="/sessions/$id" params={{ id: session.id }} className={classes.row}>
      <span className={classes.dot} data-tone={STATE_TONES[session.state]} aria-hidden />
      <span className={classes.state}>
        {STATE_WORDS[session.state]}
        {session.reason && <span className={classes.quiet}>{END_WORDS[session.reason]}</span>}
      </span>
      <code className={classes.id}>{session.id}</code>
      <span className={classes.quiet}>{session.containment?.engine ?? session.engine ?? ""}</span>
      <span className={classes.quiet}>
        <Hostile>{session.owner}</Hostile>
      </span>
      <span className={classes.quiet}>
        <Ago at={session.created_at} />
      </span>
    </Link>
  );
}
