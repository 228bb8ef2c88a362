import { expect, test } from "vitest";
import type { CrucibleEvent } from "../api/types";
import { RunRecord } from "./record";

const AT = "2026-11-25T12:00:00Z";
let sequence = 0;
function event(kind: string, rest: Record<string, unknown> = {}): CrucibleEvent {
  sequence += 1;
  return { evaluation_id: "ev", fence: 1, sequence, at: AT, kind, ...rest } as unknown as CrucibleEvent;
}

const output = (data: string, encoding = "utf-8", offset = 0) =>
  event("output", { stream: "stdout", offset, encoding, data });

test("a character that was torn between two events is put together", () => {
  const record = new RunRecord("ev");
  const bytes = new TextEncoder().encode("é");
  const half = (index: number) => btoa(String.fromCharCode(bytes[index] ?? 0));
  record.take([output(half(0), "base64"), output(half(1), "base64", 1), output("!", "utf-8", 2)]);
  expect(record.rows.stdout.text()).toBe("é!\n");
});

test("what a lost holder wrote goes with it", () => {
  const record = new RunRecord("ev");
  record.take([event("started"), output("void\n"), event("requeued", { reason: "lost" }), output("again\n")]);
  expect(record.rows.together.text()).toBe("again\n");
});

test("measurements are thinned out, not collected without end", () => {
  const record = new RunRecord("ev");
  const sample = { cpu_seconds: 1, memory_bytes: 1, processes: 1 };
  for (let wall = 0; wall < 20_000; wall += 1) record.take([event("usage", { ...sample, wall_seconds: wall })]);
  expect(record.samples.length).toBeLessThan(4_001);
  expect(record.samples.at(-1)?.wall).toBe(19_999);
});
