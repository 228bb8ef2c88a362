/** What to begin with, what to run it in, and the button that runs it. */
import { ActionIcon, Button, Menu, NativeSelect, Tooltip } from "@mantine/core";
import { IconChevronDown, IconCopy, IconPlayerPlayFilled, IconTemplate } from "@tabler/icons-react";
import type { Runtime } from "../api/types";
import { shown } from "../app/commands";
import { COPY_LABELS, type CopyKind } from "./copyAs";
import { edit } from "./draft";
import type { Draft } from "./submission";
import classes from "./Toolbar.module.css";
import { templates } from "./templates";

export function Toolbar(given: {
  runtimes: readonly Runtime[] | undefined;
  current: Draft;
  sending: boolean;
  start: () => Promise<void>;
  copy: (kind: CopyKind | "link") => Promise<void>;
}) {
  const { runtimes, current, sending, start, copy } = given;
  return (
    <div className={classes.toolbar}>
      <Menu position="bottom-start" width={300}>
        <Menu.Target>
          <Button
            variant="default"
            leftSection={<IconTemplate size={16} stroke={1.6} />}
            rightSection={<IconChevronDown size={14} />}
          >
            Templates
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {templates.map((template) => (
            <Menu.Item key={template.name} onClick={() => edit({ ...template.draft, files: [] })}>
              <span className={classes.template}>{template.title}</span>
              <span className={classes.about}>{template.about}</span>
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <NativeSelect
        aria-label="Runtime"
        className={classes.runtime}
        data={runtimeChoices(runtimes, current.runtime)}
        value={current.runtime}
        onChange={(event) => edit({ runtime: event.currentTarget.value })}
      />
      <div className={classes.right}>
        <Menu position="bottom-end">
          <Menu.Target>
            <Tooltip label="Copy as">
              <ActionIcon variant="default" size={30} aria-label="Copy as">
                <IconCopy size={16} stroke={1.6} />
              </ActionIcon>
            </Tooltip>
          </Menu.Target>
          <Menu.Dropdown>
            {(["curl", "python", "cli"] as const).map((kind) => (
              <Menu.Item key={kind} onClick={() => void copy(kind)}>
                For {COPY_LABELS[kind]}
              </Menu.Item>
            ))}
            <Menu.Divider />
            <Menu.Item onClick={() => void copy("link")}>A link to this draft</Menu.Item>
          </Menu.Dropdown>
        </Menu>
        <Button
          leftSection={<IconPlayerPlayFilled size={14} />}
          onClick={() => void start()}
          loading={sending}
          disabled={current.code.trim() === ""}
          rightSection={<kbd className={classes.key}>{shown("mod+Enter").join(" ")}</kbd>}
        >
          Run
        </Button>
      </div>
    </div>
  );
}

/** Aliases first, as they go on meaning the newest; then each version by its own name. */
function runtimeChoices(runtimes: readonly Runtime[] | undefined, chosen: string) {
  if (!runtimes) return [{ value: chosen, label: chosen }];
  const aliases = runtimes.flatMap((one) =>
    (one.aliases ?? [])
      .filter((alias) => alias === one.language)
      .map((alias) => ({ value: alias, label: `${alias} (${one.version})` })),
  );
  const exact = runtimes
    .filter((one) => !aliases.some((alias) => alias.value === one.name))
    .map((one) => ({ value: one.name, label: `${one.name} (${one.version})` }));
  const known = [...aliases, ...exact];
  if (!known.some((one) => one.value === chosen)) {
    const meant = runtimes.find((one) => one.aliases?.includes(chosen));
    known.unshift({ value: chosen, label: meant ? `${chosen} (${meant.version})` : `${chosen} (not here)` });
  }
  return [...new Map(known.map((one) => [one.value, one])).values()];
}
