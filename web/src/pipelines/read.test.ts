import { expect, test } from "vitest";
import type { Runtime } from "../api/types";
import { stageOf } from "./fields";
import { readPipeline } from "./read";

const RUNTIMES = [
  { name: "python3.13", aliases: ["python"], entrypoint: "main.py", image: null },
  { name: "bash", aliases: [], entrypoint: "main.sh", image: null },
] as unknown as Runtime[];

const file = (name: string, content: string | Uint8Array<ArrayBuffer>, path = "") => {
  const made = new File([content], name);
  Object.defineProperty(made, "webkitRelativePath", { value: path });
  return made;
};

const TOML = `name = "train and judge"

[[stages]]
name = "train"
file = "train.py"
files = [{ file = "data.bin" }, { path = "kept.txt", content = "kept" }]

[[stages]]
name = "judge"
needs = ["train"]
code = "print(1)"
inputs = [{ stage = "train", path = "model.json" }]
`;

test("a pipeline in TOML is read, with the files that it names", async () => {
  const { from, request, problems } = await readPipeline(
    [file("pipeline.toml", TOML), file("train.py", "print('train')"), file("data.bin", new Uint8Array([0, 255]))],
    RUNTIMES,
  );
  expect([from, problems]).toEqual(["pipeline.toml", []]);
  expect(request).toEqual({
    name: "train and judge",
    stages: [
      {
        name: "train",
        code: "print('train')",
        runtime: "python3.13",
        files: [
          { path: "data.bin", content: "AP8=", encoding: "base64" },
          { path: "kept.txt", content: "kept" },
        ],
      },
      {
        name: "judge",
        needs: ["train"],
        code: "print(1)",
        inputs: [{ stage: "train", path: "model.json" }],
      },
    ],
  });
});

test("in a folder, a file is found by its path from the pipeline", async () => {
  const { request, problems } = await readPipeline(
    [
      file("pipeline.json", '{"stages": [{"name": "a", "file": "./steps/a.sh"}]}', "work/one/pipeline.json"),
      file("a.sh", "echo of one", "work/one/steps/a.sh"),
      file("settings.json", "{}", "work/one/settings.json"),
    ],
    RUNTIMES,
  );
  expect(problems).toEqual([]);
  expect(request?.stages[0]).toMatchObject({ code: "echo of one", runtime: "bash" });
});

test("a file that was not chosen is named by its field", async () => {
  const { problems } = await readPipeline([file("p.toml", TOML)], RUNTIMES);
  expect(problems.map((one) => one.field)).toEqual(["stages[0].file", "stages[0].files[0].file"]);
  expect(problems[0]?.message).toContain('"train.py", which was not chosen');
});

test.each([
  ["p.toml", "name = ", /^line 1, column \d+: /],
  ["p.json", "{", /JSON/],
  ["p.json", "[]", /no table/],
])("what is no %s is told by its place", async (name, content, message) => {
  const { request, problems } = await readPipeline([file(name, content)], RUNTIMES);
  expect(request).toBeNull();
  expect(problems).toHaveLength(1);
  expect(problems[0]?.message).toMatch(message);
});

test("without a pipeline among them, files are none", async () => {
  expect((await readPipeline([file("a.py", "")], RUNTIMES)).problems[0]?.message).toContain(".toml or .json");
  const two = await readPipeline([file("a.json", "{}"), file("b.json", "{}")], RUNTIMES);
  expect(two.problems[0]?.message).toContain("choose one");
});

test("a field says which stage it is of", () => {
  expect(stageOf("stages[2].needs[0]")).toEqual({ index: 2, rest: "needs[0]" });
  expect(stageOf("stages[0]")).toEqual({ index: 0, rest: "" });
  expect(stageOf("stages")).toBeNull();
});
