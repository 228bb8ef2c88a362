import { expect, test } from "vitest";
import { above, read, within } from "./files";

test("names are what they are, and folders come first", () => {
  expect(read("f 3 b\nf 9 c\0d 40 z z\0l 4 link\0nonsense\0f 1 a\0")).toEqual([
    { name: "z z", kind: "folder", size: 40 },
    { name: "a", kind: "file", size: 1 },
    { name: "b\nf 9 c", kind: "file", size: 3 },
    { name: "link", kind: "other", size: 4 },
  ]);
});

test("paths are put together and taken apart", () => {
  expect([within("/", "a"), within("/a", "b"), above("/a/b"), above("/a")]).toEqual(["/a", "/a/b", "/a", "/"]);
});
