/** Where a session is, and why it is no more, in words. */
import type { Session, SessionState } from "../api/types";
import type { Tone } from "../words/outcomes";

export const STATE_WORDS: Record<SessionState, string> = {
  starting: "Starting",
  running: "Stands",
  ended: "Ended",
  lost: "Lost",
};

export const STATE_TONES: Record<SessionState, Tone> = {
  starting: "active",
  running: "nobody",
  ended: "quiet",
  lost: "crucible",
};

export const END_WORDS: Record<NonNullable<Session["reason"]>, string> = {
  destroyed: "as it was asked to",
  idle: "nothing was done in it",
  lifetime: "its time was over",
  broken: "it broke",
  executor_gone: "its executor went away",
};
