/** When a schedule fires: the line in words as it is typed, and the times that the server works out of it. */
import { NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { type FieldProblem, Problem } from "../api/problem";
import type { MissedRuns, ScheduleRequest } from "../api/types";
import { MISSED_RUNS_VALUES } from "../api/vocabulary";
import { upcomingQuery } from "./calls";
import { inWords } from "./cron";
import classes from "./ScheduleForm.module.css";
import { Upcoming } from "./Upcoming";
import { MISSED_WORDS } from "./words";
import type { Work } from "./work";

export type When = Required<Omit<ScheduleRequest, keyof Work>>;

const TYPING_MS = 250;
const USUAL = [
  ["Hourly", "0 * * * *"],
  ["Nightly", "0 2 * * *"],
  ["On weekdays", "0 6 * * MON-FRI"],
  ["Weekly", "0 6 * * MON"],
  ["Monthly", "0 6 1 * *"],
] as const;

export function WhenForm(given: {
  when: When;
  change: (part: Partial<When>) => void;
  refused: readonly FieldProblem[];
}) {
  const { when, change, refused } = given;
  const zones = useId();
  const [cron] = useDebouncedValue(when.cron.trim(), TYPING_MS);
  const [zone] = useDebouncedValue(when.time_zone.trim(), TYPING_MS);
  const { data: upcoming, error } = useQuery(upcomingQuery(cron, zone));
  const objections = error instanceof Problem ? error.fields : refused;
  const objection = (field: keyof When) => objections.find((one) => one.field === field)?.message;
  const words = inWords(when.cron);
  return (
    <section className={classes.when} aria-label="When">
      <div className={classes.fields}>
        <TextInput
          label="Name"
          placeholder="What it is for"
          required
          maxLength={255}
          value={when.name}
          error={refused.find((one) => one.field === "name")?.message}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <TextInput
          label="Cron line"
          description="Minute, hour, day of month, month, day of week"
          required
          maxLength={255}
          spellCheck={false}
          value={when.cron}
          error={objection("cron")}
          onChange={(event) => change({ cron: event.currentTarget.value })}
          classNames={{ input: classes.mono }}
        />
        <div className={classes.usual} role="group" aria-label="Usual lines">
          {USUAL.map(([name, line]) => (
            <button
              key={line}
              type="button"
              aria-pressed={when.cron.trim() === line}
              onClick={() => change({ cron: line })}
            >
              {name}
            </button>
          ))}
        </div>
        <TextInput
          label="Time zone"
          description="Where clocks are put on and back, it goes with them"
          list={zones}
          maxLength={64}
          spellCheck={false}
          value={when.time_zone}
          error={objection("time_zone")}
          onChange={(event) => change({ time_zone: event.currentTarget.value })}
        />
        <datalist id={zones}>
          {ZONES.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
        <NativeSelect
          label="Of times that were missed"
          description="As when no scheduler was there to fire"
          value={when.missed}
          data={MISSED_RUNS_VALUES.map((one) => ({ value: one, label: MISSED_WORDS[one] }))}
          onChange={(event) => change({ missed: event.currentTarget.value as MissedRuns })}
        />
      </div>
      <div className={classes.read}>
        <p className={classes.words} role="status">
          {words ?? (objection("cron") ? "This line fires never." : "At these times")}
        </p>
        {upcoming && !error && <Upcoming firings={upcoming.firings} zone={upcoming.time_zone} />}
      </div>
    </section>
  );
}

const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone")];
