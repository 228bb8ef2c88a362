import { expect, test } from "vitest";
import type { PipelineRequest } from "../api/types";
import { drawnOf, placed } from "./preview";

const asRead = (stages: unknown) => ({ stages }) as unknown as PipelineRequest;

test("a stage that is wrong is marked, and named where the fault is told", () => {
  const request = asRead([
    { name: "a", runtime: "bash" },
    { name: "b", needs: ["a", 7] },
  ]);
  const stages = drawnOf(request, [{ field: "stages[1].needs[1]", message: "must be a text" }]);
  expect(stages.map(({ name, needs, words, wrong }) => [name, needs, words, wrong])).toEqual([
    ["a", [], "bash", false],
    ["b", ["a"], "Not as it must be", true],
  ]);
  expect(placed("stages[1].needs[1]", request)).toEqual({ stage: "b", field: "needs[1]" });
  expect(placed("name", request)).toEqual({ stage: null, field: "name" });
});

test.each([[null], ["text"], [[null, 3, { name: 4 }, { name: "" }, { name: "x" }, { name: "x" }]]])(
  "whatever stands where the stages should, %j, is drawn as far as it goes",
  (stages) => {
    const drawn = drawnOf(asRead(stages), []);
    expect(new Set(drawn.map((one) => one.name)).size).toBe(drawn.length);
    expect(placed("stages[9].name", asRead(stages)).stage).toBe("stage 10");
  },
);
