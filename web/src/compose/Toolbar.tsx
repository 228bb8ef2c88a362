/** What to begin with, what to run it in, and the button that runs it. */
import { ActionIcon, Button, Menu } from "@mantine/core";
import { IconChevronDown, IconCopy, IconPlayerPlayFilled, IconTemplate } from "@tabler/icons-react";
import type { Runtime } from "../api/types";
import { shown } from "../app/commands";
import { beginWith } from "./beginWith";
import { COPY_LABELS, type CopyKind } from "./copyKinds";
import { edit } from "./draft";
import { RuntimePicker } from "./RuntimePicker";
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
            <Menu.Item key={template.name} onClick={() => beginWith(template)}>
              <span className={classes.template}>{template.title}</span>
              <span className={classes.about}>{template.about}</span>
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <RuntimePicker runtimes={runtimes} chosen={current.runtime} choose={(runtime) => edit({ runtime })} />
      <div className={classes.right}>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="default" size={30} aria-label="Copy as" title="Copy as">
              <IconCopy size={16} stroke={1.6} />
            </ActionIcon>
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
