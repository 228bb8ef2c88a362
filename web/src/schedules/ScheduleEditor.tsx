/** Where a schedule is made, of the workbench's program or of one that ran; and where one is made another. */
import { useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import { Problem } from "../api/problem";
import { submissionQuery } from "../api/queries";
import type { Submission } from "../api/types";
import { Page } from "../app/Page";
import { Refusal } from "../app/State";
import { draft } from "../compose/draft";
import { toSubmission } from "../compose/submission";
import { scheduleQuery } from "./calls";
import { ScheduleForm } from "./ScheduleForm";
import { NOTHING, workOf } from "./work";

const NEW = { cron: "0 6 * * *", missed: "once" } as const;

export function NewSchedule() {
  const { from } = useSearch({ from: "/schedules/new" });
  const { data, error, refetch } = useQuery({ ...submissionQuery(from ?? ""), enabled: from !== undefined });
  if (error instanceof Problem && !data) return <Refusal page problem={error} retry={() => void refetch()} />;
  const submission: Submission | undefined = from === undefined ? toSubmission(draft.get()) : data;
  return (
    <Page
      tab="A new schedule"
      title="A new schedule"
      about={from ? "of a program that ran before" : "of the program in the workbench, until it is changed here"}
    >
      {submission && <ScheduleForm begun={{ ...NEW, ...NOTHING, name: "", time_zone: ownZone(), submission }} />}
    </Page>
  );
}

export function EditSchedule() {
  const { id } = useParams({ from: "/schedules/$id/edit" });
  const { data, error, refetch } = useQuery({ ...scheduleQuery(id), refetchInterval: false });
  if (error instanceof Problem && !data) return <Refusal page problem={error} retry={() => void refetch()} />;
  return (
    <Page
      tab="Edit a schedule"
      title="Edit a schedule"
      about="It fires by the new line from then on; what fired stays."
    >
      {data && <ScheduleForm id={id} begun={{ ...data, ...workOf(data) }} />}
    </Page>
  );
}

function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}
