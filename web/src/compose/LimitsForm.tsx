/** The limits, each held to the bounds that the API's own document gives; empty means the default. */
import { TextInput } from "@mantine/core";
import { useState } from "react";
import type { LimitName } from "../api/types";
import { LIMIT_BOUNDS } from "../api/vocabulary";
import { bytes, exactBytes, parseBytes, seconds } from "../words/units";
import classes from "./LimitsForm.module.css";
import type { Draft } from "./submission";

type Bound = (typeof LIMIT_BOUNDS)[number];

const NAMES: Record<LimitName, string> = {
  wall_seconds: "Time",
  cpu_seconds: "Processor time",
  cpus: "Cores",
  memory_bytes: "Memory",
  processes: "Processes",
  disk_bytes: "Disk",
  output_bytes: "Output",
  open_files: "Open files",
};

type Change = (limits: Draft["limits"]) => void;

export function LimitsForm({ limits, change }: { limits: Draft["limits"]; change: Change }) {
  return (
    <div className={classes.limits}>
      {LIMIT_BOUNDS.map((bound) => (
        <Limit key={bound.name} bound={bound} value={limits[bound.name]} limits={limits} change={change} />
      ))}
    </div>
  );
}

function Limit(given: { bound: Bound; value: number | undefined; limits: Draft["limits"]; change: Change }) {
  const { bound, value, limits, change } = given;
  const isSize = bound.name.endsWith("_bytes");
  const shownValue = value === undefined ? "" : isSize ? exactBytes(value) : String(value);
  const [text, setText] = useState<string | null>(null);
  const { error } = readLimit(bound, text ?? shownValue);
  return (
    <TextInput
      label={NAMES[bound.name]}
      value={text ?? shownValue}
      placeholder={usual(bound)}
      error={error}
      inputMode={isSize ? "text" : "decimal"}
      rightSection={bound.name.endsWith("seconds") ? <span className={classes.unit}>s</span> : undefined}
      onChange={(event) => {
        const typed = event.currentTarget.value;
        setText(typed);
        const read = readLimit(bound, typed);
        if (read.error) return;
        const { [bound.name]: _, ...others } = limits;
        change(read.value === null ? others : { ...others, [bound.name]: read.value });
      }}
      onBlur={() => setText(null)}
    />
  );
}

/** Reads what was typed: a number in bounds, null for the default, or what is wrong with it. */
export function readLimit(bound: Bound, typed: string): { value: number | null; error?: string } {
  if (typed.trim() === "") return { value: null };
  const isSize = bound.name.endsWith("_bytes");
  const value = isSize ? parseBytes(typed) : Number(typed);
  if (value === null || Number.isNaN(value)) return { value: null, error: isSize ? "as in 512 MiB" : "a number" };
  if (bound.integer && !Number.isInteger(value)) return { value: null, error: "a whole number" };
  if (value < bound.minimum) return { value: null, error: `at least ${inUnits(bound, bound.minimum)}` };
  if (value > bound.maximum) return { value: null, error: `at most ${inUnits(bound, bound.maximum)}` };
  return { value };
}

function usual(bound: Bound): string {
  return bound.default === null ? "time × cores" : inUnits(bound, bound.default).replace(/ s$/, "");
}

function inUnits(bound: Bound, value: number): string {
  if (bound.name.endsWith("_bytes")) return bytes(value);
  return bound.name.endsWith("seconds") ? seconds(value) : String(value);
}
