/** What the API and the commands call it, at hand to be pasted there. */
import { ActionIcon } from "@mantine/core";
import { IconCopy } from "@tabler/icons-react";
import { copyText } from "./copy";
import classes from "./Id.module.css";

export function Id({ of }: { of: string }) {
  return (
    <span className={classes.id}>
      <code>{of}</code>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={24}
        aria-label="Copy the id"
        title="Copy the id"
        onClick={() => void copyText(of, "Copied the id.")}
      >
        <IconCopy size={14} stroke={1.6} />
      </ActionIcon>
    </span>
  );
}
