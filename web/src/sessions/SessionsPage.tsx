/** Sandboxes that stay: which there are, and one more on request. */
import { Button, NativeSelect } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { queryClient } from "../api/queries";
import type { Isolation, Session } from "../api/types";
import { ISOLATION_VALUES } from "../api/vocabulary";
import { Checkbox } from "../app/Checkbox";
import { Collection } from "../app/Collection";
import { Dot } from "../app/Dot";
import { Page } from "../app/Page";
import { State } from "../app/State";
import { complain } from "../app/Toasts";
import { EnginePicker } from "../compose/EnginePicker";
import { Hostile } from "../text/Hostile";
import { Ago } from "../words/times";
import { createSession, sessionsQuery } from "./calls";
import classes from "./Sessions.module.css";
import { END_WORDS, STATE_TONES, STATE_WORDS } from "./words";

export function SessionsPage() {
  const [all, setAll] = useState(false);
  return (
    <Page
      tab="Sessions"
      title="Sessions"
      about="Sandboxes that stay: programs run in them one after another, on the same files."
    >
      <Maker />
      <Checkbox
        size="xs"
        label="Those that are over, too"
        checked={all}
        onChange={(event) => setAll(event.currentTarget.checked)}
      />
      <Collection
        label="Sessions"
        query={useInfiniteQuery(sessionsQuery(all))}
        row={(session) => <Row session={session} />}
        empty={
          <State
            title={all ? "There has been no session yet" : "No session stands now"}
            detail="One is made above. It ends when it is ended, when nothing was done in it for ten minutes, or after an hour."
          />
        }
      />
    </Page>
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
      <Dot tone={STATE_TONES[session.state]} />
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
