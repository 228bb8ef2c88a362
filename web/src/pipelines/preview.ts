/** A pipeline that has not run, as it is drawn. It was read from a file, so no part of it need be what it should. */
import type { FieldProblem } from "../api/problem";
import type { PipelineRequest } from "../api/types";
import { stageOf } from "./fields";
import type { Drawn } from "./Graph";

export function drawnOf(request: PipelineRequest, problems: readonly FieldProblem[]): Drawn[] {
  const wrong = new Set(problems.map((problem) => stageOf(problem.field)?.index));
  const stages: unknown[] = Array.isArray(request.stages) ? request.stages : [];
  const names = new Set<string>();
  return stages.flatMap((stage, index): Drawn[] => {
    const { name, needs, runtime } = Object(stage) as Record<string, unknown>;
    const called = nameOf(name, index);
    if (names.has(called)) return [];
    names.add(called);
    return [
      {
        name: called,
        needs: Array.isArray(needs) ? needs.filter((need) => typeof need === "string") : [],
        tone: wrong.has(index) ? "program" : "quiet",
        words: wrong.has(index) ? "Not as it must be" : typeof runtime === "string" ? runtime : "python",
        wrong: wrong.has(index),
      },
    ];
  });
}

/** The stage that a field is of, by its name, and the rest of the field. */
export function placed(field: string, request: PipelineRequest | null): { stage: string | null; field: string } {
  const found = stageOf(field);
  if (!found) return { stage: null, field };
  const stage = Object((request?.stages as unknown[] | undefined)?.[found.index]) as Record<string, unknown>;
  return { stage: nameOf(stage.name, found.index), field: found.rest };
}

function nameOf(name: unknown, index: number): string {
  return typeof name === "string" && name !== "" ? name : `stage ${index + 1}`;
}
