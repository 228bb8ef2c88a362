/** When, and what: the fields of a schedule, each with its own refusal beside it. */
import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { inside, Problem } from "../api/problem";
import { queryClient } from "../api/queries";
import type { ScheduleRequest, Submission } from "../api/types";
import { SegmentedControl } from "../app/SegmentedControl";
import { Refusal } from "../app/State";
import { ProgramForm } from "../compose/ProgramForm";
import { edited, toDraft } from "../compose/submission";
import { createSchedule, replaceSchedule } from "./calls";
import classes from "./ScheduleForm.module.css";
import { type When, WhenForm } from "./WhenForm";
import { WorkForm } from "./WorkForm";
import { type Kind, kindOf, NOTHING, type Work, workOf } from "./work";

const EMPTY = { code: "" } as Submission;

export function ScheduleForm({ id, begun }: { id?: string; begun: When & Work }) {
  const navigate = useNavigate();
  const [when, setWhen] = useState<When>({
    name: begun.name,
    cron: begun.cron,
    time_zone: begun.time_zone,
    missed: begun.missed,
  });
  const [kind, setKind] = useState<Kind>(() => kindOf(begun));
  const [program, setProgram] = useState(() => toDraft(begun.submission ?? EMPTY));
  const [files, setFiles] = useState<Work | null>(() => (kindOf(begun) === "submission" ? null : workOf(begun)));
  const chosen = files && kindOf(files) === kind ? files : null;
  const save = useMutation({
    mutationFn: () => {
      const own = { ...NOTHING, submission: edited(begun.submission ?? EMPTY, program) };
      const wanted: ScheduleRequest = { ...when, ...(chosen ?? own) };
      return id === undefined ? createSchedule(wanted) : replaceSchedule(id, wanted);
    },
    onSuccess: (schedule) => {
      queryClient.setQueryData(["schedule", schedule.id], schedule);
      void queryClient.invalidateQueries({ queryKey: ["schedules"] });
      void navigate({ to: "/schedules/$id", params: { id: schedule.id } });
    },
  });
  const take = (work: Work | null) => {
    save.reset();
    setFiles(work);
  };
  const refused = save.error instanceof Problem ? save.error : null;
  const ofProgram = refused && inside(refused, "submission");
  const ofWork = refused?.fields.filter((one) => /^(batch|pipeline)\b/.test(one.field)) ?? [];
  const ofWhen = refused?.fields.some((one) => one.field in when);
  return (
    <form
      className={classes.form}
      aria-label={id === undefined ? "A new schedule" : "The schedule"}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <WhenForm
        when={when}
        change={(part) => setWhen((before) => ({ ...before, ...part }))}
        refused={refused?.fields ?? []}
      />
      <div>
        <SegmentedControl
          aria-label="What runs"
          value={kind}
          onChange={(next) => setKind(next as Kind)}
          data={[
            { value: "submission", label: "A program" },
            { value: "batch", label: "A batch" },
            { value: "pipeline", label: "A pipeline" },
          ]}
        />
      </div>
      {kind === "submission" ? (
        <ProgramForm
          current={program}
          edit={(part) => setProgram((before) => ({ ...before, ...part }))}
          refused={ofProgram}
        />
      ) : (
        <WorkForm key={kind} kind={kind} work={chosen} change={take} refused={ofWork} />
      )}
      {refused && !ofProgram && !ofWhen && ofWork.length === 0 && <Refusal problem={refused} />}
      <div className={classes.end}>
        <Button
          type="submit"
          loading={save.isPending}
          disabled={
            when.name.trim() === "" || when.cron.trim() === "" || (kind !== "submission" && chosen === null)
          }
        >
          {id === undefined ? "Make the schedule" : "Save"}
        </Button>
        <Button
          variant="default"
          onClick={() =>
            void (id === undefined
              ? navigate({ to: "/schedules" })
              : navigate({ to: "/schedules/$id", params: { id } }))
          }
        >
          Cancel
        </Button>
      </div>
    </form>
  );
}
