/** The program and its input files, as tabs above the editor. */
import { ActionIcon, FileButton, Menu } from "@mantine/core";
import { IconFilePlus, IconPlus, IconUpload, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { complain } from "../app/Toasts";
import { Hostile } from "../text/Hostile";
import { plain } from "../text/visible";
import classes from "./FileTabs.module.css";
import { readFiles } from "./files";
import type { DraftFile } from "./submission";

export function FileTabs(given: {
  entrypoint: string;
  files: readonly DraftFile[];
  chosen: string;
  choose: (path: string) => void;
  change: (files: DraftFile[]) => void;
  /** Puts files beside those there are; throws Problem where they are too many. */
  add: (added: readonly DraftFile[]) => void;
}) {
  const { entrypoint, files, chosen, choose, change, add } = given;
  const addEmpty = () => {
    const path = freeName(new Set([entrypoint, ...files.map((file) => file.path)]));
    try {
      add([{ path, content: "", encoding: "utf-8" }]);
      choose(path);
    } catch (problem) {
      complain(problem as Error);
    }
  };
  return (
    <div className={classes.tabs}>
      <div className={classes.list}>
        <Tab name={entrypoint} selected={chosen === ""} choose={() => choose("")} />
        {files.map((file) => (
          <Tab
            key={file.path}
            name={file.path}
            selected={chosen === file.path}
            choose={() => choose(file.path)}
            rename={(to) => {
              if (to === "" || to === entrypoint || files.some((one) => one.path === to)) return;
              change(files.map((one) => (one === file ? { ...one, path: to } : one)));
              choose(to);
            }}
            remove={() => {
              change(files.filter((one) => one !== file));
              if (chosen === file.path) choose("");
            }}
          />
        ))}
      </div>
      <FileButton multiple onChange={(picked) => void readFiles(picked).then(add).catch(complain)}>
        {(button) => (
          <Menu position="bottom-start">
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" size="sm" aria-label="Add a file">
                <IconPlus size={15} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconFilePlus size={15} />} onClick={addEmpty}>
                An empty file
              </Menu.Item>
              <Menu.Item leftSection={<IconUpload size={15} />} onClick={button.onClick}>
                Files from this computer
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </FileButton>
    </div>
  );
}

function Tab(given: {
  name: string;
  selected: boolean;
  choose: () => void;
  rename?: (to: string) => void;
  remove?: () => void;
}) {
  const { name, selected, choose, rename, remove } = given;
  const [typed, setTyped] = useState<string | null>(null);
  if (typed !== null) {
    const done = (to: string) => {
      setTyped(null);
      rename?.(to.trim());
    };
    return (
      <span className={classes.tab} data-selected>
        <input
          className={classes.rename}
          aria-label={`A new path for ${plain(name)}`}
          value={typed}
          size={Math.max(8, typed.length + 1)}
          // biome-ignore lint/a11y/noAutofocus: whoever asked to rename it wants to type
          autoFocus
          onFocus={(event) => event.currentTarget.select()}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onBlur={() => done(typed)}
          onKeyDown={(event) => {
            if (event.key === "Enter") done(typed);
            if (event.key !== "Escape") return;
            event.stopPropagation();
            setTyped(null);
          }}
        />
      </span>
    );
  }
  return (
    <span className={classes.tab} data-selected={selected || undefined}>
      <button
        type="button"
        aria-pressed={selected}
        onClick={choose}
        onDoubleClick={() => rename && setTyped(name)}
        onKeyDown={(event) => {
          if (event.key === "F2" && rename) setTyped(name);
          if (event.key === "Delete") remove?.();
        }}
        aria-keyshortcuts={rename ? "F2 Delete" : undefined}
        title={rename ? "Double-click or F2 to rename" : undefined}
      >
        <Hostile>{name}</Hostile>
      </button>
      {remove && (
        <button type="button" className={classes.remove} onClick={remove} aria-label={`Remove ${plain(name)}`}>
          <IconX size={13} />
        </button>
      )}
    </span>
  );
}

function freeName(taken: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? "input.txt" : `input-${number}.txt`;
    if (!taken.has(name)) return name;
  }
}
