/** What people say about an evaluation: labels and a note, to be read at a glance and changed in place. */
import { Button, Textarea } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Problem } from "../api/problem";
import { annotate, queryClient } from "../api/queries";
import type { Evaluation } from "../api/types";
import { Refusal } from "../app/State";
import { tell } from "../app/Toasts";
import { Pairs } from "../compose/Pairs";
import { Hostile } from "../text/Hostile";
import classes from "./Annotations.module.css";

const LONGEST_NOTE = 2000;

export function Annotations({ evaluation }: { evaluation: Evaluation }) {
  const [editing, setEditing] = useState(false);
  const labels = Object.entries(evaluation.labels);
  if (editing) return <Form evaluation={evaluation} close={() => setEditing(false)} />;
  return (
    <section className={classes.shown} aria-label="Note and labels">
      {labels.map(([key, value]) => (
        <span key={key} className={classes.label}>
          <Hostile>{value ? `${key}=${value}` : key}</Hostile>
        </span>
      ))}
      {evaluation.note && (
        <p className={classes.note}>
          <Hostile lines>{evaluation.note}</Hostile>
        </p>
      )}
      <Button
        variant="subtle"
        color="gray"
        leftSection={<IconPencil size={14} stroke={1.6} />}
        onClick={() => setEditing(true)}
      >
        {labels.length > 0 || evaluation.note ? "Edit note and labels" : "Add a note or labels"}
      </Button>
    </section>
  );
}

function Form({ evaluation, close }: { evaluation: Evaluation; close: () => void }) {
  const [note, setNote] = useState(evaluation.note ?? "");
  const [labels, setLabels] = useState<[string, string][]>(Object.entries(evaluation.labels));
  const save = useMutation({
    mutationFn: () =>
      annotate(evaluation.id, { note, labels: Object.fromEntries(labels.filter(([key]) => key !== "")) }),
    onSuccess: (changed) => {
      queryClient.setQueryData(["evaluation", evaluation.id], changed);
      void queryClient.invalidateQueries({ queryKey: ["evaluations"] });
      void queryClient.invalidateQueries({ queryKey: ["submission", evaluation.id] });
      tell("Note and labels are kept.");
      close();
    },
  });
  return (
    <form
      className={classes.form}
      aria-label="Note and labels"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
    >
      <Textarea
        label="Note"
        placeholder="What you think of this run"
        value={note}
        maxLength={LONGEST_NOTE}
        rows={3}
        data-autofocus
        autoFocus
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <Pairs what="label" first="key" pairs={labels} onChange={setLabels} />
      {save.error instanceof Problem && <Refusal problem={save.error} />}
      <div className={classes.buttons}>
        <Button type="submit" loading={save.isPending}>
          Save
        </Button>
        <Button variant="default" onClick={close}>
          Leave it as it was
        </Button>
      </div>
    </form>
  );
}
