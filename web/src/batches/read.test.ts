import { expect, test } from "vitest";
import type { Runtime } from "../api/types";
import { readBatch, readCsv, readLines, runtimeOf } from "./read";

const RUNTIMES = [
  { name: "python3.12", entrypoint: "main.py", aliases: ["python"] },
  { name: "python3.11", entrypoint: "main.py", aliases: [] },
  { name: "alpine", entrypoint: "main.sh", aliases: [], image: "alpine" },
  { name: "bash", entrypoint: "main.sh", aliases: ["sh"] },
] as unknown as Runtime[];

test("a line is a submission or a program, and what is neither is told by its place", () => {
  const { submissions, problems } = readLines(
    '{"code": "1", "labels": {"a": "b"}}\n\n"print(2)"\n[3]\n{',
    "python",
  );
  expect(submissions).toEqual([
    { runtime: "python", code: "1", labels: { a: "b" } },
    { runtime: "python", code: "print(2)" },
  ]);
  expect(problems.map((one) => one.split(":")[0])).toEqual(["line 4", "line 5"]);
});

test("a table's cells may hold commas, quotes and lines", () => {
  const { submissions, problems } = readCsv(
    'code,labels.suite,labels.part,env.N,limits.wall_seconds,stdin\n"print(1)\n",s,p,3,2.5,\n1,2\n',
    "bash",
  );
  expect(submissions).toEqual([
    {
      runtime: "bash",
      code: "print(1)\n",
      labels: { suite: "s", part: "p" },
      env: { N: "3" },
      limits: { wall_seconds: "2.5" },
    },
  ]);
  expect(problems).toEqual(["row 3: has 2 cells, the first has 6"]);
  expect(readCsv("a,b\n1,2", "python").problems).toEqual(["the first line names no column `code`"]);
  expect(readCsv("code,colour\n1,2", "python").problems).toEqual(["no such column: colour"]);
});

test("a folder's files are programs of the host's runtimes", async () => {
  expect(runtimeOf("a/b.py", RUNTIMES)).toBe("python3.12");
  expect(runtimeOf("a/b.sh", RUNTIMES)).toBe("bash");
  expect(runtimeOf("Makefile", RUNTIMES)).toBeUndefined();
  const files = [
    new File(["2"], "b.py"),
    new File(["1"], "a.py"),
    new File(["x"], "readme.md"),
    new File(["x"], ".hidden.py"),
  ];
  const { submissions, problems } = await readBatch(files, RUNTIMES, "python");
  expect(submissions.map((one) => [one.code, one.labels?.file])).toEqual([
    ["1", "a.py"],
    ["2", "b.py"],
  ]);
  expect(problems).toEqual(["readme.md: no runtime here has programs that are called so"]);
});
