/** What is kept, and how much room it takes. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Problem } from "../api/problem";
import { storageQuery } from "../api/queries";
import type { BlobKind, StorageNow } from "../api/types";
import { BLOB_KIND_VALUES } from "../api/vocabulary";
import { Refusal } from "../app/State";
import { Ago, Until } from "../words/times";
import { bytes, count, days } from "../words/units";
import classes from "./Operations.module.css";
import { Panel } from "./Panel";

const KINDS: Record<BlobKind, string> = {
  stdout: "Standard output",
  stderr: "Standard error",
  files: "Output files",
};

const DATABASES: Record<StorageNow["database"]["kind"], string> = { sqlite: "SQLite", postgresql: "PostgreSQL" };

export function Storage() {
  const { data, error, refetch } = useQuery(storageQuery);
  return (
    <Panel title="Storage" note="what is kept, and the room that it takes">
      {error instanceof Problem && !data ? (
        <Refusal problem={error} retry={() => void refetch()} />
      ) : data ? (
        <Kept storage={data} />
      ) : (
        <div className={classes.room} role="status" aria-label="It is being measured" />
      )}
    </Panel>
  );
}

function Kept({ storage }: { storage: StorageNow }) {
  const { blobs, database, deleted, retention_seconds: retention } = storage;
  const most = Math.max(1, database.bytes, ...BLOB_KIND_VALUES.map((kind) => blobs.kinds[kind]?.bytes ?? 0));
  return (
    <>
      <ul className={classes.queue}>
        <Room name={`Database, ${DATABASES[database.kind]}`} size={database.bytes} most={most} />
        {BLOB_KIND_VALUES.map((kind) => {
          const kept = blobs.kinds[kind];
          return (
            <Room
              key={kind}
              name={KINDS[kind]}
              size={kept?.bytes ?? 0}
              most={most}
              note={kept?.count ? count(kept.count, "piece") : "nothing that is too large for a row"}
            />
          );
        })}
      </ul>
      <p className={classes.quiet}>
        {deleted.count === 0 ? (
          "Nothing is deleted that could be restored. "
        ) : (
          <>
            <Link to="/evaluations" search={{ lifecycle: ["deleted"] }}>
              {count(deleted.count, "evaluation")}
            </Link>{" "}
            {deleted.count === 1 ? "is" : "are"} deleted and can be restored
            {deleted.oldest && (
              <>
                , the oldest queued <Ago at={deleted.oldest} />
              </>
            )}
            .{" "}
          </>
        )}
        {retention == null
          ? "What is deleted is kept for good. "
          : `What is deleted can be restored for ${days(retention)}, and is removed for good then. `}
        {storage.next_removal && (
          <>
            The first of it goes <Until at={storage.next_removal} />.{" "}
          </>
        )}
        {storage.ended_seconds != null &&
          `What ended is deleted by itself ${days(storage.ended_seconds)} after its end. `}
        {storage.oldest && (
          <>
            The oldest that is kept was queued <Ago at={storage.oldest} />.
          </>
        )}
      </p>
    </>
  );
}

function Room(given: { name: string; size: number; most: number; note?: string }) {
  const { name, size, most, note } = given;
  return (
    <li className={classes.kept}>
      <span className={classes.priority}>{name}</span>
      <span className={classes.track} aria-hidden>
        <span data-tone="active" style={{ width: `${(size / most) * 100}%` }} />
      </span>
      <span className={classes.load}>{bytes(size)}</span>
      <span className={classes.quiet}>{note}</span>
    </li>
  );
}
