/** The files of a session: looked through, downloaded, and put there. */
import { ActionIcon, Button, FileButton } from "@mantine/core";
import {
  IconCornerLeftUp,
  IconDownload,
  IconFile,
  IconFolder,
  IconRefresh,
  IconUpload,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Problem } from "../api/problem";
import { complain, tell } from "../app/Toasts";
import { Hostile } from "../text/Hostile";
import { plain } from "../text/visible";
import { bytes, count } from "../words/units";
import { fileAddress, writeFile } from "./calls";
import { above, list, within } from "./files";
import classes from "./SessionFiles.module.css";

const SHOWN = 500;

export function SessionFiles({ id, version }: { id: string; version: number }) {
  const [folder, setFolder] = useState("/workspace");
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ["session files", id, folder, version],
    queryFn: ({ signal }) => list(id, folder, signal),
    placeholderData: (before) => before,
    retry: false,
    refetchOnWindowFocus: false,
  });

  const put = async (picked: File[]) => {
    try {
      for (const file of picked) await writeFile(id, within(folder, file.name), file);
      tell(`${count(picked.length, "file")} put into the session.`);
      await refetch();
    } catch (problem) {
      complain(problem as Error);
    }
  };

  return (
    <section
      className={classes.files}
      aria-label="Files"
      aria-busy={isFetching}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void put([...event.dataTransfer.files]);
      }}
    >
      <header className={classes.bar}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label="The folder above"
          title="The folder above"
          disabled={folder === "/"}
          onClick={() => setFolder(above(folder))}
        >
          <IconCornerLeftUp size={16} stroke={1.6} />
        </ActionIcon>
        <code className={classes.folder}>
          <Hostile>{folder}</Hostile>
        </code>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label="Look again"
          title="Look again"
          onClick={() => void refetch()}
        >
          <IconRefresh size={16} stroke={1.6} />
        </ActionIcon>
        <FileButton multiple onChange={(picked) => void put(picked)}>
          {(button) => (
            <Button variant="default" leftSection={<IconUpload size={15} stroke={1.6} />} onClick={button.onClick}>
              Put files here
            </Button>
          )}
        </FileButton>
      </header>
      {error && (
        <p className={classes.none} role="alert">
          <Hostile>{error instanceof Problem ? error.message : "The folder could not be read."}</Hostile>
        </p>
      )}
      {data?.length === 0 && !error && (
        <p className={classes.none}>Nothing is in here. Files can be dropped here.</p>
      )}
      <ul className={classes.list}>
        {data?.slice(0, SHOWN).map((one) => (
          <li key={one.name}>
            {one.kind === "folder" ? (
              <button type="button" onClick={() => setFolder(within(folder, one.name))}>
                <IconFolder size={16} stroke={1.6} aria-hidden />
                <span>
                  <Hostile>{one.name}</Hostile>
                </span>
              </button>
            ) : (
              <span className={classes.file}>
                <IconFile size={16} stroke={1.6} aria-hidden />
                <span>
                  <Hostile>{one.name}</Hostile>
                </span>
                <span className={classes.size}>{one.kind === "file" ? bytes(one.size) : "not a file"}</span>
                {one.kind === "file" && (
                  <ActionIcon
                    component="a"
                    variant="subtle"
                    color="gray"
                    href={fileAddress(id, within(folder, one.name))}
                    download={plain(one.name)}
                    aria-label={`Download ${plain(one.name)}`}
                  >
                    <IconDownload size={15} stroke={1.6} />
                  </ActionIcon>
                )}
              </span>
            )}
          </li>
        ))}
      </ul>
      {(data?.length ?? 0) > SHOWN && (
        <p className={classes.none}>{count((data?.length ?? 0) - SHOWN, "more name")} are not shown.</p>
      )}
    </section>
  );
}
