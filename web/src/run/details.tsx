/** The facts about a run, put together from its record. */
import type { Evaluation } from "../api/types";
import { Id } from "../app/Id";
import { Hostile } from "../text/Hostile";
import { exact } from "../words/times";
import { bytes, count, seconds } from "../words/units";
import type { Fact } from "./Facts";

export function containmentFacts(evaluation: Evaluation): Fact[] {
  const held = evaluation.containment;
  if (!held) return [];
  return [
    ["engine", held.engine],
    ["isolation", `${held.isolation}, kernel ${held.kernel}`],
    ["namespaces", (held.namespaces ?? []).join(", ") || "none"],
    ["seccomp", held.seccomp ? <code key="digest">{held.seccomp}</code> : "none"],
    ["Landlock", held.landlock_abi ? `ABI ${held.landlock_abi}` : "none"],
    ["cgroup", held.cgroup_version ? `version ${held.cgroup_version}` : "none"],
    ...Object.entries(held.enforces ?? {}).map(([what, how]): Fact => [what.replaceAll("_", " "), how]),
  ];
}

export function givenFacts(evaluation: Evaluation): Fact[] {
  const { limits } = evaluation;
  const facts: Fact[] = [
    ["runtime", evaluation.runtime],
    ...(evaluation.runtime_version ? [["ran as", evaluation.runtime_version] as Fact] : []),
    ["priority", evaluation.priority],
    ["time", seconds(limits.wall_seconds ?? 0)],
    [
      "processor",
      `${count(limits.cpus ?? 1, "core")}${limits.cpu_seconds ? `, ${seconds(limits.cpu_seconds)}` : ""}`,
    ],
    ["memory", bytes(limits.memory_bytes ?? 0)],
    ["disk", bytes(limits.disk_bytes ?? 0)],
    ["output", bytes(limits.output_bytes ?? 0)],
    ["processes", String(limits.processes)],
    ["open files", String(limits.open_files)],
  ];
  if (evaluation.argv.length > 0)
    facts.push(["arguments", evaluation.argv.map((one) => JSON.stringify(one)).join(" ")]);
  for (const [name, value] of Object.entries(evaluation.env)) facts.push([name, value]);
  return facts;
}

export function recordFacts(evaluation: Evaluation): Fact[] {
  const { timing } = evaluation;
  return [
    ["id", <Id key="id" of={evaluation.id} />],
    ["queued", exact(timing.queued)],
    ...(timing.started ? [["started", exact(timing.started)] as Fact] : []),
    ...(timing.finished ? [["finished", exact(timing.finished)] as Fact] : []),
    ["lost holders", String(evaluation.infrastructure_attempts ?? 0)],
    ...Object.entries(evaluation.labels).map(
      ([key, value]): Fact => [key, value ? <Hostile key={key}>{value}</Hostile> : "(no value)"],
    ),
  ];
}
