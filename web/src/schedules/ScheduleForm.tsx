/** When, and what: the fields of a schedule, each with its own refusal beside it. */
import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { inside, Problem } from "../api/problem";
import { queryClient } from "../api/queries";
import type { ScheduleRequest } from "../api/types";
import { Refusal } from "../app/State";
import { ProgramForm } from "../compose/ProgramForm";
import { edited, toDraft } from "../compose/submission";
import { createSchedule, replaceSchedule } from "./calls";
import classes from "./ScheduleForm.module.css";
import { type When, WhenForm } from "./WhenForm";

export function ScheduleForm({ id, begun }: { id?: string; begun: ScheduleRequest }) {
  const navigate = useNavigate();
  const [when, setWhen] = useState<When>({
    name: begun.name,
    cron: begun.cron,
    time_zone: begun.time_zone ?? "UTC",
    missed: begun.missed ?? "once",
  });
  const [program, setProgram] = useState(() => toDraft(begun.submission));
  const save = useMutation({
    mutationFn: () => {
      const wanted: ScheduleRequest = { ...when, submission: edited(begun.submission, program) };
      return id === undefined ? createSchedule(wanted) : replaceSchedule(id, wanted);
    },
    onSuccess: (schedule) => {
      queryClient.setQueryData(["schedule", schedule.id], schedule);
      void queryClient.invalidateQueries({ queryKey: ["schedules"] });
      void navigate({ to: "/schedules/$id", params: { id: schedule.id } });
    },
  });
  const refused = save.error instanceof Problem ? save.error : null;
  const ofProgram = refused && inside(refused, "submission");
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
      <ProgramForm
        current={program}
        edit={(part) => setProgram((before) => ({ ...before, ...part }))}
        refused={ofProgram}
      />
      {refused && !ofProgram && !ofWhen && <Refusal problem={refused} />}
      <div className={classes.end}>
        <Button
          type="submit"
          loading={save.isPending}
          disabled={when.name.trim() === "" || when.cron.trim() === ""}
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
