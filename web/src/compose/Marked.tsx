/** A run's failure in the editor, where there is a run: what reads traces and events is loaded with the first. */
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { submissionQuery } from "../api/queries";
import { lastLines, traceOf } from "../run/trace";
import { useRun } from "../run/useRun";
import { draft } from "./draft";
import type { Marker } from "./Editor";

/** Puts the place of a failure onto its line, as long as the program is the one that ran. */
export default function Marked(given: {
  id: string;
  entrypoint: string;
  mark: (marked: { path: string; markers: Marker[] }) => void;
}) {
  const { id, entrypoint, mark } = given;
  const { record, snapshot } = useRun(id);
  const { data: submission } = useQuery(submissionQuery(id));
  const failed = snapshot.finished !== null && snapshot.finished.outcome !== "succeeded";
  useEffect(() => {
    if (!failed || !submission) return;
    const now = draft.get();
    if (submission.code !== now.code) return;
    const names = new Set([entrypoint, ...now.files.map((file) => file.path)]);
    const trace = traceOf(lastLines(record.rows.stderr), names);
    const [frame] = trace?.frames ?? [];
    if (trace && frame) mark({ path: frame.path, markers: [{ line: frame.line, message: trace.message }] });
  }, [failed, submission, entrypoint, record, mark]);
  return null;
}
