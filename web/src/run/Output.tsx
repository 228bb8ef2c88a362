/** What the program wrote, as it writes it: only the rows in view exist in the page. */
import { ActionIcon, Menu, TextInput } from "@mantine/core";
import {
  IconArrowBarToDown,
  IconChevronDown,
  IconChevronUp,
  IconCopy,
  IconDownload,
  IconSearch,
} from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Evaluation } from "../api/types";
import { copyText } from "../app/copy";
import { download } from "../app/download";
import { SegmentedControl } from "../app/SegmentedControl";
import { bytes, count } from "../words/units";
import classes from "./Output.module.css";
import { RowText } from "./RowText";
import type { OutputView, RunRecord, Snapshot } from "./record";
import { type Rows, textOf } from "./rows";

const ROW_PIXELS = 20;
const NEAR_END_PIXELS = 24;
/** Fewer than these stand in as many lines, with no room below. */
const FEW_ROWS = 9;
/** Above and below them, and for a bar that scrolls sideways. */
const PADDING_PIXELS = 30;

export function Output(given: { record: RunRecord; snapshot: Snapshot; evaluation: Evaluation | undefined }) {
  const { record, snapshot, evaluation } = given;
  const [view, setView] = useState<OutputView>("together");
  const [query, setQuery] = useState("");
  const [searching, setSearching] = useState(false);
  const [match, setMatch] = useState(0);
  const [following, setFollowing] = useState(true);
  const box = useRef<HTMLDivElement>(null);
  const rows = record.rows[view];
  const total = rows.length;

  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PIXELS,
    overscan: 12,
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: each new row moves the end
  useEffect(() => {
    if (following && total > 0) virtual.scrollToIndex(total - 1, { align: "end" });
  }, [following, total, snapshot.version]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows change in place, with the version
  const matches = useMemo(() => (query === "" ? [] : found(rows, query)), [rows, query, snapshot.version]);
  const current = matches[Math.min(match, matches.length - 1)];

  const go = (step: number) => {
    if (matches.length === 0) return;
    const next = (match + step + matches.length) % matches.length;
    setMatch(next);
    setFollowing(false);
    const row = matches[next];
    if (row !== undefined) virtual.scrollToIndex(row, { align: "center" });
  };

  const written = snapshot.bytes.stdout + snapshot.bytes.stderr;
  const ended = snapshot.finished !== null;
  // While it runs the room for it stands still; what it left behind takes no more than it needs.
  const height = ended && total < FEW_ROWS ? Math.max(1, total) * ROW_PIXELS + PADDING_PIXELS : undefined;

  return (
    <section className={classes.output} data-few={height !== undefined || undefined} aria-label="Output">
      <div className={classes.bar}>
        <SegmentedControl
          aria-label="Which stream"
          value={view}
          onChange={(value) => setView(value as OutputView)}
          data={[
            { value: "together", label: "Together" },
            { value: "stdout", label: "stdout" },
            { value: "stderr", label: "stderr" },
          ]}
        />
        <span className={classes.amount}>{written > 0 ? `${count(total, "line")}, ${bytes(written)}` : ""}</span>
        <div className={classes.tools}>
          {searching && (
            <TextInput
              value={query}
              autoFocus
              aria-label="Find in the output"
              placeholder="Find"
              className={classes.find}
              onChange={(event) => {
                setQuery(event.currentTarget.value);
                setMatch(0);
              }}
              onKeyDown={(event) => {
                if (event.key === "Enter") go(event.shiftKey ? -1 : 1);
                if (event.key === "Escape") {
                  event.stopPropagation();
                  setSearching(false);
                  setQuery("");
                }
              }}
              rightSectionWidth={64}
              rightSection={
                <span className={classes.matches} aria-live="polite">
                  {query === "" ? "" : matches.length === 0 ? "none" : `${match + 1} of ${matches.length}`}
                </span>
              }
            />
          )}
          {searching && (
            <>
              <Tool label="Previous match" onClick={() => go(-1)} icon={<IconChevronUp size={16} />} />
              <Tool label="Next match" onClick={() => go(1)} icon={<IconChevronDown size={16} />} />
            </>
          )}
          {!searching && (
            <Tool label="Find in the output" onClick={() => setSearching(true)} icon={<IconSearch size={16} />} />
          )}
          <Tool
            label={following ? "Stay where I am" : "Follow the end"}
            pressed={following}
            onClick={() => setFollowing(!following)}
            icon={<IconArrowBarToDown size={16} />}
          />
          <Tool
            label="Copy the output"
            disabled={total === 0}
            onClick={() => void copyText(rows.text(), `Copied ${count(total, "line")}.`)}
            icon={<IconCopy size={16} />}
          />
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" aria-label="Download the output" disabled={written === 0}>
                <IconDownload size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {ended && (
                <>
                  <Menu.Item component="a" download href={`/api/v1/evaluations/${record.id}/output?stream=stdout`}>
                    All of stdout, its exact bytes
                  </Menu.Item>
                  <Menu.Item component="a" download href={`/api/v1/evaluations/${record.id}/output?stream=stderr`}>
                    All of stderr, its exact bytes
                  </Menu.Item>
                </>
              )}
              <Menu.Item onClick={() => download(`${record.id}.${view}.txt`, rows.text(), "text/plain")}>
                What is shown here, as text
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </div>
      </div>
      {rows.dropped > 0 && (
        <p className={classes.notice}>
          The page keeps the last {count(total, "line")}; {count(rows.dropped, "earlier line")} are in the
          download.
        </p>
      )}
      <div
        ref={box}
        className={classes.rows}
        style={{ height }}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={`Output, ${view}`}
        onScroll={(event) => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
          if (scrollHeight - scrollTop - clientHeight < NEAR_END_PIXELS && !searching) setFollowing(true);
        }}
        onWheel={(event) => event.deltaY < 0 && setFollowing(false)}
        onTouchMove={() => setFollowing(false)}
        onKeyDown={(event) => ["ArrowUp", "PageUp", "Home"].includes(event.key) && setFollowing(false)}
      >
        {total === 0 ? (
          <p className={classes.empty}>{emptyWords(snapshot)}</p>
        ) : (
          <div className={classes.canvas} style={{ height: virtual.getTotalSize() }}>
            {virtual.getVirtualItems().map((item) => {
              const row = rows.at(item.index);
              return (
                row && (
                  <div
                    key={item.key}
                    className={classes.row}
                    data-stream={row.stream}
                    data-current={item.index === current || undefined}
                    style={{ transform: `translateY(${item.start}px)` }}
                  >
                    <span className={classes.number} aria-hidden>
                      {rows.dropped + item.index + 1}
                    </span>
                    <RowText line={row.line} query={query} />
                  </div>
                )
              );
            })}
          </div>
        )}
      </div>
      {evaluation?.output_truncated && (
        <p className={classes.notice} data-tone="limit">
          It wrote more than its limit of {bytes(evaluation.limits.output_bytes ?? 0)}. What came after was not
          kept.
        </p>
      )}
    </section>
  );
}

function Tool(given: {
  label: string;
  icon: React.ReactNode;
  pressed?: boolean;
  disabled?: boolean;
  onClick: () => void;
}) {
  return (
    <ActionIcon
      variant="subtle"
      color={given.pressed ? "ember" : "gray"}
      aria-label={given.label}
      title={given.label}
      aria-pressed={given.pressed}
      disabled={given.disabled}
      onClick={given.onClick}
    >
      {given.icon}
    </ActionIcon>
  );
}

function found(rows: Rows, query: string): number[] {
  const wanted = query.toLowerCase();
  const matches: number[] = [];
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows.at(index);
    if (row && textOf(row.line).toLowerCase().includes(wanted)) matches.push(index);
  }
  return matches;
}

function emptyWords(snapshot: Snapshot): string {
  if (snapshot.finished) return "It printed nothing.";
  if (snapshot.started) return "Nothing yet.";
  return "It has not begun.";
}
