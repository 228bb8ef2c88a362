/** One record for each evaluation that is being looked at, shared by all who look. */
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { RunRecord, type Snapshot } from "./record";

const open = new Map<string, { record: RunRecord; watchers: number }>();

function watch(id: string): () => void {
  const entry = recordOf(id);
  entry.watchers += 1;
  if (entry.watchers === 1) entry.record.begin();
  return () => {
    entry.watchers -= 1;
    if (entry.watchers > 0) return;
    entry.record.end();
    open.delete(id);
  };
}

function recordOf(id: string) {
  let entry = open.get(id);
  if (!entry) {
    entry = { record: new RunRecord(id), watchers: 0 };
    open.set(id, entry);
  }
  return entry;
}

export function useRun(id: string): { record: RunRecord; snapshot: Snapshot } {
  const record = useMemo(() => recordOf(id).record, [id]);
  useEffect(() => watch(id), [id]);
  const snapshot = useSyncExternalStore(record.snapshot.subscribe, record.snapshot.get);
  return { record, snapshot };
}
