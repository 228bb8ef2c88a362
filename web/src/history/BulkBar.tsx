/** What can be done with the evaluations that are chosen. */
import { Button, Menu } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { queryClient } from "../api/queries";
import { type EvaluationSummary, isFinal } from "../api/types";
import { complain, tell } from "../app/Toasts";
import { MORE, type More } from "../run/more";
import { count } from "../words/units";
import { type Deed, forEach, rerunEach } from "./bulk";
import classes from "./History.module.css";

export function BulkBar({ selected, clear }: { selected: readonly EvaluationSummary[]; clear: () => void }) {
  const navigate = useNavigate();
  const going = selected.filter((one) => !isFinal(one.status));
  const ended = selected.filter((one) => isFinal(one.status) && one.lifecycle !== "deleted");
  const deleted = selected.filter((one) => one.lifecycle === "deleted");
  const bulk = useMutation({
    mutationFn: ([deed, which]: [Deed | More, readonly EvaluationSummary[]]) => {
      const ids = which.map((one) => one.id);
      return isMore(deed) ? rerunEach(ids, deed) : forEach(deed, ids);
    },
    onSuccess: ({ words, done, failed }, [deed]) => {
      tell(words, deed === "delete" && done.length > 0 ? { label: "Undo", run: () => restore(done) } : undefined);
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
      <Menu position="bottom-start">
        <Menu.Target>
          <Button variant="default" loading={bulk.isPending} rightSection={<IconChevronDown size={14} />}>
            Run again
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => bulk.mutate(["rerun", selected])}>As they were</Menu.Item>
          {(Object.keys(MORE) as More[]).map((more) => (
            <Menu.Item key={more} onClick={() => bulk.mutate([more, selected])}>
              With twice the {more}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
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

function isMore(deed: Deed | More): deed is More {
  return deed in MORE;
}

function restore(ids: readonly string[]): void {
  void forEach("restore", ids).then(({ words, failed: [first] }) => {
    tell(words);
    if (first) complain(new Error(first));
    void queryClient.invalidateQueries({ queryKey: ["evaluations"] });
  });
}
