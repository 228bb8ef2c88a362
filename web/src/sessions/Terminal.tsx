/** A prompt that runs lines in a session. What programs write is rows of text under the line that ran them (ADR 25). */
import "@fontsource-variable/geist-mono/wght.css";
import { Button } from "@mantine/core";
import { IconPlayerStop } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useStore } from "../api/store";
import { RowText } from "../run/RowText";
import { Hostile } from "../text/Hostile";
import { count, seconds } from "../words/units";
import classes from "./Terminal.module.css";
import type { Entry, Transcript } from "./transcript";

const SHOWN_ROWS = 400;

export function Terminal({ transcript, alive, ran }: { transcript: Transcript; alive: boolean; ran: () => void }) {
  const entries = useStore(transcript.entries);
  const [line, setLine] = useState("");
  const [back, setBack] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const running = entries.at(-1)?.state === "running";

  // biome-ignore lint/correctness/useExhaustiveDependencies: each telling moves the end
  useEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [entries]);

  const recall = (step: number) => {
    const next = Math.min(entries.length, Math.max(0, back + step));
    setBack(next);
    setLine(next === 0 ? "" : (entries.at(-next)?.command ?? ""));
  };

  return (
    <section className={classes.terminal} aria-label="Terminal">
      <div ref={box} className={classes.entries} role="log" aria-label="What ran" tabIndex={0}>
        {entries.length === 0 && (
          <p className={classes.hint}>
            {alive
              ? "A line is given to the session’s shell. What it leaves in files is there for the next one."
              : "Nothing was run from this page."}
          </p>
        )}
        {entries.map((entry) => (
          <Shown key={entry.number} entry={entry} />
        ))}
      </div>
      {alive && (
        <form
          className={classes.prompt}
          onSubmit={(event) => {
            event.preventDefault();
            if (line.trim() === "" || transcript.isRunning) return;
            void transcript.run(line).then(ran);
            setLine("");
            setBack(0);
          }}
        >
          <span aria-hidden>$</span>
          <input
            aria-label="A line for the session’s shell"
            placeholder={running ? "It runs" : "uname -a"}
            value={line}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            onChange={(event) => setLine(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "ArrowUp") recall(1);
              else if (event.key === "ArrowDown") recall(-1);
              else if (event.key === "c" && event.ctrlKey && running) transcript.stop();
              else return;
              event.preventDefault();
            }}
          />
          {running ? (
            <Button variant="default" leftSection={<IconPlayerStop size={14} />} onClick={() => transcript.stop()}>
              Stop
            </Button>
          ) : (
            <Button type="submit" disabled={line.trim() === ""}>
              Run
            </Button>
          )}
        </form>
      )}
    </section>
  );
}

function Shown({ entry }: { entry: Entry }) {
  const from = Math.max(0, entry.rows.length - SHOWN_ROWS);
  const hidden = entry.rows.dropped + from;
  const rows = Array.from({ length: entry.rows.length - from }, (_, index) => entry.rows.at(from + index));
  return (
    <article className={classes.entry} aria-label={`Line ${entry.number}`}>
      <header className={classes.command}>
        <span aria-hidden>$</span>
        <code>
          <Hostile>{entry.command}</Hostile>
        </code>
        <span className={classes.verdict} data-tone={toneOf(entry)}>
          {wordsOf(entry)}
        </span>
      </header>
      {hidden > 0 && <p className={classes.hint}>{count(hidden, "earlier line")} are not shown.</p>}
      {rows.map(
        (row, index) =>
          row && (
            <div key={hidden + index} className={classes.row} data-stream={row.stream}>
              <RowText line={row.line} query="" />
            </div>
          ),
      )}
    </article>
  );
}

function toneOf(entry: Entry): string {
  if (entry.state === "running") return "active";
  if (entry.state !== "ended") return "limit";
  return entry.result?.returncode === 0 ? "nobody" : "program";
}

function wordsOf(entry: Entry): string {
  if (entry.state === "running") return "runs";
  if (entry.state === "stopped") return "stopped";
  if (entry.state === "failed" || !entry.result) return entry.reason ?? "failed";
  const { outcome, returncode, signal, wall_seconds } = entry.result;
  const how = outcome === "timed_out" ? "out of time" : (signal ?? `exit ${returncode}`);
  return `${how}, ${seconds(wall_seconds)}`;
}
