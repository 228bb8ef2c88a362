/** What can be done about an evaluation, each acknowledged in words. */
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Problem } from "../api/problem";
import { cancel, queryClient, rerun } from "../api/queries";
import type { Evaluation } from "../api/types";
import { complain } from "../app/Toasts";
import { type More, rerunWithTwice } from "./more";

export function useActions(id: string) {
  const navigate = useNavigate();
  const stop = useMutation({
    mutationFn: () => cancel(id),
    onSuccess: (evaluation) => queryClient.setQueryData(["evaluation", id], evaluation),
    onError: (error) => {
      // It ended before it was told to, which the page shows by then.
      if (!(error instanceof Problem && error.status === 409)) complain(error);
    },
  });
  const again = useMutation({
    mutationFn: (more?: More) => (more ? rerunWithTwice(id, more) : rerun(id)),
    onSuccess: (evaluation: Evaluation) => {
      queryClient.setQueryData(["evaluation", evaluation.id], evaluation);
      void queryClient.invalidateQueries({ queryKey: ["evaluations"] });
      if (window.location.pathname === "/") void navigate({ to: "/", search: { run: evaluation.id } });
      else void navigate({ to: "/evaluations/$id", params: { id: evaluation.id } });
    },
    onError: complain,
  });
  return { stop, again };
}
