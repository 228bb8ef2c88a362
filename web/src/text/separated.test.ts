import { expect, test } from "vitest";
import { cellsOf } from "./separated";

test("cells may hold separators, quotes and lines, and spreadsheets begin with a mark", () => {
  expect(cellsOf('\ufeffa,b\r\n"x, ""y""\nz",2\r\n')).toEqual([
    ["a", "b"],
    ['x, "y"\nz', "2"],
  ]);
  expect(cellsOf("a\tb,c\r\n\r\n1", "\t")).toEqual([["a", "b,c"], [""], ["1"]]);
});

test("no more rows and columns are read than are wanted", () => {
  expect(cellsOf("1,2,3\n4,5,6\n7,8,9", ",", { rows: 2, columns: 2 })).toEqual([
    ["1", "2"],
    ["4", "5"],
  ]);
});
