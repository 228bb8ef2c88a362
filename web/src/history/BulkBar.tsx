/** What can be done with the evaluations that are chosen. */
import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { queryClient } from "../api/queries";
import { type EvaluationSummary, isFinal } from "../api/types";
import { complain, tell } from "../app/Toasts";
import { count } from "../words/units";
import { type Deed, forEach } from "./bulk";
import classes from "./History.module.css";

export function BulkBar({ selected, clear }: { selected: readonly EvaluationSummary[]; clear: () => void }) {
  const navigate = useNavigate();
  const going = selected.filter((one) => !isFinal(one.status));
  const ended = selected.filter((one) => isFinal(one.status) && one.lifecycle !== "deleted");
  const deleted = selected.filter((one) => one.lifecycle === "deleted");
  const bulk = useMutation({
    mutationFn: ([deed, which]: [Deed, readonly EvaluationSummary[]]) =>
      forEach(
        deed,
        which.map((one) => one.id),
      ),
    onSuccess: ({ words, failed }) => {
      tell(words);
      const [first] = failed;
      if (first) complain(new Error(`${count(failed.length, "evaluation")} could not be: ${first}`));
      clear();
      void queryClient.invalidateQueries({ queryKey: ["evaluations"] });
    },
  });
  const [left, right] = [...selected].reverse();
  return (
    <div className={classes.bulk} role="toolbar" aria-label="Chosen evaluations">
      <strong>{count(selected.length, "evaluation")} chosen</strong>
      {selected.length === 2 && left && right && (
        <Button onClick={() => void navigate({ to: "/compare", search: { left: left.id, right: right.id } })}>
          Compare
        </Button>
      )}
      {going.length > 0 && (
        <Button variant="default" loading={bulk.isPending} onClick={() => bulk.mutate(["cancel", going])}>
          Stop {going.length}
        </Button>
      )}
      <Button variant="default" loading={bulk.isPending} onClick={() => bulk.mutate(["rerun", selected])}>
        Run again
      </Button>
      {ended.length > 0 && (
        <Button variant="default" loading={bulk.isPending} onClick={() => bulk.mutate(["delete", ended])}>
          Delete
        </Button>
      )}
      {deleted.length > 0 && (
        <Button variant="default" loading={bulk.isPending} onClick={() => bulk.mutate(["restore", deleted])}>
          Restore
        </Button>
      )}
      <Button variant="subtle" color="gray" onClick={clear}>
        Choose none
      </Button>
    </div>
  );
}
