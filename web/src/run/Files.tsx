/**
 * The files that a program left, and what is in them. Text and tables are read as text; pictures only ever through an
 * `img` of a blob, where neither scripts nor requests of an SVG run. Nothing is opened as a page.
 */
import { ActionIcon } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Problem, problemOf } from "../api/problem";
import type { Evaluation, OutputFile } from "../api/types";
import { Refusal } from "../app/State";
import { Hostile } from "../text/Hostile";
import { plain } from "../text/visible";
import { bytes, count } from "../words/units";
import classes from "./Files.module.css";
import { MOST_PREVIEW_BYTES, pictureType, previewOf } from "./preview";

export function Files({ evaluation }: { evaluation: Evaluation }) {
  const files = evaluation.files ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const file = files.find((one) => one.path === chosen);
  if (files.length === 0) return null;
  return (
    <section className={classes.files} aria-label="Output files">
      <h3 className={classes.title}>
        {count(files.length, "file")}
        {evaluation.files_truncated && (
          <span className={classes.cut}>It left more or larger ones than are kept.</span>
        )}
      </h3>
      <ul className={classes.list}>
        {files.map((one) => (
          <li key={one.path} className={classes.item} data-chosen={one.path === chosen || undefined}>
            <button
              type="button"
              aria-expanded={one.path === chosen}
              onClick={() => setChosen(one.path === chosen ? null : one.path)}
            >
              <Hostile>{one.path}</Hostile>
              <span className={classes.size}>{bytes(one.size_bytes)}</span>
            </button>
            <ActionIcon
              component="a"
              variant="subtle"
              color="gray"
              href={addressOf(evaluation.id, one.path)}
              download
              aria-label={`Download ${plain(one.path)}`}
              title="Download"
            >
              <IconDownload size={16} />
            </ActionIcon>
          </li>
        ))}
      </ul>
      {file && <Preview key={file.path} id={evaluation.id} file={file} />}
    </section>
  );
}

function addressOf(id: string, path: string): string {
  return `/api/v1/evaluations/${id}/files/${path.split("/").map(encodeURIComponent).join("/")}`;
}

function Preview({ id, file }: { id: string; file: OutputFile }) {
  const large = file.size_bytes > MOST_PREVIEW_BYTES;
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["file", id, file.path],
    enabled: !large,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 30_000,
    queryFn: async ({ signal }) => {
      const response = await fetch(addressOf(id, file.path), { signal });
      if (!response.ok) throw await problemOf(response);
      return new Uint8Array(await response.arrayBuffer());
    },
  });
  if (large) return <p className={classes.none}>It is too large to show here. The download has it.</p>;
  if (error instanceof Problem) return <Refusal problem={error} retry={() => void refetch()} />;
  if (isPending || !data) return <div className={classes.waiting} aria-label="Loading the file" role="status" />;
  return <Shown path={file.path} data={data} />;
}

function Shown({ path, data }: { path: string; data: Uint8Array<ArrayBuffer> }) {
  const preview = previewOf(path, data);
  if (preview.kind === "picture") return <Picture path={path} data={data} />;
  if (preview.kind === "bytes") return <pre className={classes.text}>{preview.text}</pre>;
  if (preview.kind === "table") {
    const [head = [], ...body] = preview.rows;
    return (
      <section className={classes.table} tabIndex={0} aria-label={`Table ${plain(path)}`}>
        <table>
          <thead>
            <tr>
              {head.map((cell, index) => (
                <th key={index} scope="col">
                  <Hostile>{cell}</Hostile>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {body.map((row, index) => (
              <tr key={index}>
                {row.map((cell, column) => (
                  <td key={column}>
                    <Hostile>{cell}</Hostile>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {preview.more && <p className={classes.none}>The download has the rest.</p>}
      </section>
    );
  }
  return (
    <pre className={classes.text} tabIndex={0}>
      <Hostile lines>{preview.text}</Hostile>
      {preview.more && "\n… the download has the rest."}
    </pre>
  );
}

function Picture({ path, data }: { path: string; data: Uint8Array<ArrayBuffer> }) {
  const [address, setAddress] = useState<string | null>(null);
  const [broken, setBroken] = useState(false);
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([data], { type: pictureType(path) ?? "" }));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [path, data]);
  if (broken) return <p className={classes.none}>This is no picture that can be shown.</p>;
  return (
    <div className={classes.picture}>
      {address && <img src={address} alt={`Output file ${plain(path)}`} onError={() => setBroken(true)} />}
    </div>
  );
}
