/** Schedules in words: whether they fire, and what becomes of times that were missed. */
import type { MissedRuns, ScheduleState } from "../api/types";
import type { Tone } from "../words/outcomes";

export const STATE_WORDS: Record<ScheduleState, string> = { active: "Fires", paused: "Paused" };

export const STATE_TONES: Record<ScheduleState, Tone> = { active: "nobody", paused: "limit" };

export const MISSED_WORDS: Record<MissedRuns, string> = {
  skip: "nothing runs for them",
  once: "the last of them runs, for all",
  all: "each runs, up to the last 100",
};

/** A moment as the clocks of a zone show it, with the weekday: that is what a cron line is about. */
export function inZone(moment: string, zone: string): string {
  return new Date(moment).toLocaleString("en-GB", {
    timeZone: zone,
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  });
}
