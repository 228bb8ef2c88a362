/** How the server is, in the header: answering, answering but unable to run, or gone; and since when it is asked again. */
import { Popover, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { readinessQuery } from "../api/queries";
import { useStore } from "../api/store";
import { reach } from "../api/traffic";
import { Hostile } from "../text/Hostile";
import classes from "./Connection.module.css";

export function Connection() {
  const reached = useStore(reach);
  const { data, error, refetch } = useQuery(readinessQuery);
  const gone = reached === "unreachable";
  const unable = !gone && (error !== null || (data && !data.ready));
  const state = gone ? "gone" : unable ? "unable" : reached === "unknown" ? "asking" : "ready";
  const words = { gone: "Disconnected", unable: "Not ready", asking: "Connecting", ready: "Connected" }[state];
  return (
    <Popover width={300} position="bottom-end" shadow="md">
      <Popover.Target>
        <UnstyledButton className={classes.state} data-state={state} aria-label={`Server: ${words}`}>
          <span className={classes.dot} aria-hidden />
          <span className={classes.words} role="status">
            {words}
          </span>
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <p className={classes.title}>{TITLES[state]}</p>
        <p className={classes.detail}>{DETAILS[state]}</p>
        {Object.entries(data?.unready ?? {}).map(([part, reason]) => (
          <p key={part} className={classes.detail}>
            <strong>{part}</strong>: <Hostile>{reason}</Hostile>
          </p>
        ))}
        {state !== "ready" && (
          <UnstyledButton className={classes.retry} onClick={() => void refetch()}>
            Ask again now
          </UnstyledButton>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

const TITLES = {
  gone: "Crucible can’t be reached",
  unable: "Crucible answers, but can’t run programs now",
  asking: "Asking the server",
  ready: "Everything works",
};

const DETAILS = {
  gone: "It is asked again every two seconds. What was handed in is safe; what you see goes on where it stopped.",
  unable: "What is handed in is kept, and runs once this is mended.",
  asking: "No answer yet.",
  ready: "What is handed in now runs now.",
};
