/** Many programs as one: handed in from files, and how each batch does. */
import { Button, NativeSelect, TextInput } from "@mantine/core";
import { IconPlayerPlayFilled } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { Problem } from "../api/problem";
import { queryClient, runtimesQuery } from "../api/queries";
import type { Batch } from "../api/types";
import { Collection } from "../app/Collection";
import { FromFiles } from "../app/FromFiles";
import { Page } from "../app/Page";
import { Refusal, State } from "../app/State";
import { Hostile } from "../text/Hostile";
import { Ago } from "../words/times";
import { count } from "../words/units";
import classes from "./Batches.module.css";
import { batchesQuery, submitBatch } from "./calls";
import { OutcomeBar } from "./OutcomeBar";
import { MOST_ITEMS, type Reading, readBatch } from "./read";
import { STATE_WORDS } from "./words";

export function BatchesPage() {
  return (
    <Page
      tab="Batches"
      title="Batches"
      about="Many programs as one: handed in together, followed, tried again, taken home."
    >
      <Maker />
      <Collection
        label="Batches"
        query={useInfiniteQuery(batchesQuery)}
        row={(batch) => <Row batch={batch} />}
        empty={
          <State
            title="There has been no batch yet"
            detail="Choose a file above: JSON with a program a line, a table with a column “code”, or a folder of programs."
          />
        }
      />
    </Page>
  );
}

function Row({ batch }: { batch: Batch }) {
  return (
    <Link to="/batches/$id" params={{ id: batch.id }} className={classes.row}>
      <span className={classes.name}>
        <Hostile>{batch.name ?? batch.id}</Hostile>
      </span>
      <OutcomeBar batch={batch} />
      <span className={classes.quiet}>
        {STATE_WORDS[batch.state]}, {count(batch.received, "program")}
      </span>
      <span className={classes.when}>
        <Ago at={batch.created_at} />
      </span>
    </Link>
  );
}

function Maker() {
  const navigate = useNavigate();
  const { data: runtimes = [] } = useQuery(runtimesQuery);
  const [name, setName] = useState("");
  const [runtime, setRuntime] = useState("python");
  const [files, setFiles] = useState<File[]>([]);
  const [reading, setReading] = useState<Reading | null>(null);
  const [received, setReceived] = useState(0);
  const submissions = reading?.submissions ?? [];

  useEffect(() => {
    if (files.length === 0) return;
    let current = true;
    void readBatch(files, runtimes, runtime).then((read) => {
      if (current) setReading(read);
    });
    return () => {
      current = false;
    };
  }, [files, runtimes, runtime]);

  const take = (picked: File[]) => {
    setFiles(picked);
    if (name === "" && picked[0])
      setName((picked[0].webkitRelativePath.split("/")[0] || picked[0].name).slice(0, 255));
  };

  const start = useMutation({
    mutationFn: () => submitBatch({ name: name.trim() || null }, submissions, setReceived),
    onSuccess: (batch) => {
      queryClient.setQueryData(["batch", batch.id], batch);
      void queryClient.invalidateQueries({ queryKey: ["batches"] });
      void navigate({ to: "/batches/$id", params: { id: batch.id } });
    },
  });

  return (
    <FromFiles
      label="A new batch"
      folder={{ button: "Choose a folder", label: "A folder of programs" }}
      take={take}
      submit={() => {
        setReceived(0);
        start.mutate();
      }}
      fields={
        <>
          <TextInput
            aria-label="What the batch is called"
            placeholder="A name, if you like"
            value={name}
            maxLength={255}
            onChange={(event) => setName(event.currentTarget.value)}
            className={classes.wide}
          />
          <NativeSelect
            aria-label="Runtime, where the file names none"
            data={[...new Set([runtime, ...runtimes.map((one) => one.name)])]}
            value={runtime}
            onChange={(event) => setRuntime(event.currentTarget.value)}
          />
          <Button
            type="submit"
            leftSection={<IconPlayerPlayFilled size={14} />}
            loading={start.isPending}
            disabled={submissions.length === 0 || submissions.length > MOST_ITEMS}
          >
            {submissions.length > 0 ? `Run ${count(submissions.length, "program")}` : "Run"}
          </Button>
        </>
      }
    >
      <p className={classes.quiet} role="status">
        {start.isPending
          ? `${received.toLocaleString("en")} of ${submissions.length.toLocaleString("en")} are on disk.`
          : reading
            ? `${count(submissions.length, "program")} read${submissions.length > MOST_ITEMS ? `; a batch holds at most ${MOST_ITEMS.toLocaleString("en")}` : ""}.`
            : "JSON with a submission a line, CSV with a column “code”, or files and folders of programs; they can be dropped here, too."}
      </p>
      {reading && reading.problems.length > 0 && (
        <ul className={classes.problems} aria-label="What could not be read">
          {reading.problems.map((problem) => (
            <li key={problem}>
              <Hostile>{problem}</Hostile>
            </li>
          ))}
        </ul>
      )}
      {start.error instanceof Problem && <Refusal problem={start.error} />}
    </FromFiles>
  );
}
