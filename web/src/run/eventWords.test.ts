import { expect, test } from "vitest";
import type { CrucibleEvent } from "../api/types";
import { carried, narrowed, told } from "./eventWords";

let sequence = 0;
const event = (kind: string, rest: Record<string, unknown> = {}) => {
  sequence += 1;
  const at = "2026-11-25T12:00:00Z";
  return { evaluation_id: "ev", fence: 1, sequence, at, kind, ...rest } as unknown as CrucibleEvent;
};

const EVENTS = [
  event("queued"),
  event("started", { worker: "A", engine: "namespaces", isolation: "shared-kernel" }),
  event("attempt", { action: "connection", name: "connect", detail: "192.0.2.7:80", count: 3, wall_seconds: 1 }),
  event("requeued", { reason: "its worker was lost", infrastructure_attempts: 1, worker: "A" }),
  event("cancel_requested", { subject: "somebody" }),
  event("finished", { outcome: "nonzero_exit", exit_code: 3, signal: null, error: null }),
];

test("each event is told in a line", () => {
  expect(EVENTS.map((one) => `${told(one).title} | ${told(one).detail} | ${told(one).tone}`)).toEqual([
    "Queued |  | quiet",
    "Started | in namespaces, shared-kernel, under A | active",
    "Refused | connect 192.0.2.7:80, 3 times | limit",
    "Lost, and queued again | its worker was lost, under A | crucible",
    "Asked to stop | by somebody | user",
    "Ended with an error | exit code 3 | program",
  ]);
});

test("events are narrowed by kind and by words, together", () => {
  const kinds = (found: readonly CrucibleEvent[]) => found.map((one) => one.kind);
  expect(narrowed(EVENTS, new Set(), "")).toHaveLength(6);
  expect(kinds(narrowed(EVENTS, new Set(["attempt", "queued"]), ""))).toEqual(["queued", "attempt"]);
  expect(kinds(narrowed(EVENTS, new Set(), "192.0.2 CONNECT"))).toEqual(["attempt"]);
  expect(narrowed(EVENTS, new Set(["queued"]), "192.0.2")).toEqual([]);
});

test("what every event has is told once, and nothing else is left out", () => {
  expect(carried(EVENTS[4] as CrucibleEvent)).toEqual({
    at: "2026-11-25T12:00:00Z",
    position: "1-5",
    subject: "somebody",
  });
});
