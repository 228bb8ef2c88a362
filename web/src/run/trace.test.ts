import { expect, test } from "vitest";
import { EXPLANATIONS, explain } from "./explain";
import { traceOf } from "./trace";

const FILES = new Set(["main.py", "pkg/tool.py", "main.js", "main.c", "main.sh"]);
const find = (text: string) => traceOf(text.split("\n"), FILES);

test("Python's innermost call in the program comes first", () => {
  const trace = find(
    `Traceback (most recent call last):\n  File "/workspace/main.py", line 10, in <module>\n    run()\n  File "/workspace/pkg/tool.py", line 3, in run\n    int("x")\n  File "/usr/lib/python3.13/int.py", line 1, in f\nValueError: invalid literal`,
  );
  expect(trace?.message).toBe("ValueError: invalid literal");
  expect(trace?.frames).toEqual([
    { path: "pkg/tool.py", line: 3, where: "run" },
    { path: "main.py", line: 10, where: "<module>" },
  ]);
});

test.each([
  [
    "a syntax error of Python",
    `  File "/workspace/main.py", line 2\n    x = (\n        ^\nSyntaxError: '(' was never closed`,
    "main.py",
    2,
  ],
  [
    "Node",
    `/workspace/main.js:3\nboom()\n^\n\nReferenceError: boom is not defined\n    at Object.<anonymous> (/workspace/main.js:3:1)`,
    "main.js",
    3,
  ],
  ["gcc", "main.c:7:5: error: expected ';' before 'return'", "main.c", 7],
  ["Bash", "main.sh: line 4: nope: command not found", "main.sh", 4],
])("%s names its line", (_, text, path, line) => {
  expect(find(text)?.frames[0]).toMatchObject({ path, line });
});

test("a place outside of the program is none", () => {
  expect(find('  File "/etc/passwd", line 1, in x\nValueError: no')).toBeNull();
  expect(find("nothing here")).toBeNull();
});

test("every explanation is whole, and its pattern is valid", () => {
  for (const one of EXPLANATIONS) {
    expect(one.title.length).toBeGreaterThan(5);
    expect(one.text.endsWith(".")).toBe(true);
    expect(one.match ?? one.outcome).toBeDefined();
    if (one.match) new RegExp(one.match, "m");
  }
});

test("the text is asked before the outcome", () => {
  const found = explain({ outcome: "nonzero_exit" }, ["ModuleNotFoundError: No module named 'numpy'"]);
  expect(found?.title).toMatch(/module/);
  expect(explain({ outcome: "timed_out" }, [])?.outcome).toBe("timed_out");
  expect(explain({ outcome: "succeeded" }, ["MemoryError"])).toBeNull();
});
