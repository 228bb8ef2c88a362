import { expect, test } from "vitest";
import { neighbour } from "./Graph";
import { layOut } from "./layout";

const STAGES = [
  { name: "fetch", needs: [] },
  { name: "up", needs: ["fetch"] },
  { name: "down", needs: ["fetch"] },
  { name: "join", needs: ["up", "down"] },
];
const LAYOUT = layOut(STAGES, { along: 100, across: 40, alongGap: 50, acrossGap: 10 });

test("arrows lead along the lines, and from one to the next of a layer", () => {
  const from = (name: string, way: Parameters<typeof neighbour>[3]) => neighbour(LAYOUT, STAGES, name, way);
  expect(from("fetch", "on")).toBe("up");
  expect(from("up", "after")).toBe("down");
  expect(from("down", "before")).toBe("up");
  expect(from("down", "on")).toBe("join");
  expect(from("join", "back")).toBe("up");
  expect(from("fetch", "back")).toBeNull();
  expect(from("join", "after")).toBeNull();
  expect(from("join", null)).toBeNull();
});
