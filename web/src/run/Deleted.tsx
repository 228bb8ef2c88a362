/** In the place of an evaluation that was deleted: until when it can be restored, and what restores it. */
import { Button } from "@mantine/core";
import { IconArrowBackUp } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import type { Problem } from "../api/problem";
import { queryClient, restore } from "../api/queries";
import { Refusal } from "../app/State";
import { complain, tell } from "../app/Toasts";
import type { RunRecord } from "./record";

export function Deleted({ problem, record }: { problem: Problem; record: RunRecord }) {
  const { id } = record;
  const back = useMutation({
    mutationFn: () => restore(id),
    onSuccess: (evaluation) => {
      queryClient.setQueryData(["evaluation", id], evaluation);
      void queryClient.invalidateQueries({ queryKey: ["submission", id] });
      void queryClient.invalidateQueries({ queryKey: ["evaluations"] });
      record.begin();
      tell("It is restored.");
    },
    onError: complain,
  });
  return (
    <Refusal problem={problem}>
      <Button
        variant="default"
        leftSection={<IconArrowBackUp size={16} />}
        onClick={() => back.mutate()}
        loading={back.isPending}
      >
        Restore
      </Button>
    </Refusal>
  );
}
