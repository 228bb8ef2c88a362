import { describe, expect, test } from "vitest";
import { AnsiLines, type Line, LONGEST_LINE } from "./ansi";

function lines(...pieces: string[]): Line[] {
  const parser = new AnsiLines();
  const complete = pieces.flatMap((piece) => parser.feed(piece));
  return parser.open.length > 0 ? [...complete, parser.open] : complete;
}

const texts = (found: Line[]) => found.map((line) => line.segments.map((segment) => segment.text).join(""));

describe("lines", () => {
  test("are the same however the output was torn into pieces", () => {
    const output = "one\x1b[31mred\x1b[0m\r\ntwo\x1b[1;4mbold\x1b[22m\nthree";
    const whole = lines(output);
    for (let at = 0; at <= output.length; at += 1) {
      const torn = lines(output.slice(0, at), output.slice(at));
      expect(texts(torn)).toEqual(texts(whole));
    }
    expect(texts(whole)).toEqual(["onered", "twobold", "three"]);
  });

  test("are begun anew by a carriage return, and say how often", () => {
    const [line] = lines("10 %\r50 %\r100 %\n");
    expect(line?.segments[0]?.text).toBe("100 %");
    expect(line?.overwrites).toBe(2);
  });

  test("that never end are cut into rows, and no character is torn", () => {
    const found = lines("😀".repeat(LONGEST_LINE));
    expect(found.length).toBeGreaterThan(1);
    expect(found[0]?.continued).toBe(true);
    expect(texts(found).join("")).toBe("😀".repeat(LONGEST_LINE));
  });

  test("hold few segments, however often the colour changes", () => {
    const [line] = lines(`${"\x1b[31ma\x1b[32mb".repeat(900)}\n`);
    expect(line?.segments.length).toBeLessThanOrEqual(200);
  });
});

describe("colours", () => {
  test("of every depth become one of the theme's sixteen", () => {
    const style = (codes: string) => lines(`\x1b[${codes}mx`)[0]?.segments[0]?.style;
    expect(style("31")).toEqual({ color: 1 });
    expect(style("38;5;196")).toEqual({ color: 9 });
    expect(style("38;2;0;200;5")).toEqual({ color: 2 });
    expect(style("48;5;21;1")).toMatchObject({ bold: true });
    expect(style("97;41")).toEqual({ color: 15, background: 1 });
  });

  test("can't conceal", () => {
    expect(lines("\x1b[8mhere\x1b[28m")[0]?.segments).toEqual([
      { text: "here", style: undefined, hidden: undefined },
    ]);
  });
});

describe("escapes", () => {
  test.each([
    "\x1b[2J",
    "\x1b[10;10H",
    "\x1b]0;title\x07",
    "\x1b]8;;http://x\x07",
    "\x1bc",
    "\x1b[?25l",
    "\x1b[6n",
  ])("other than colour stand there: %j", (sequence) => {
    const text = texts(lines(`${sequence}after`)).join("");
    expect(text.startsWith("␛")).toBe(true);
    expect(text).not.toContain("\x1b");
    expect(text.endsWith("after")).toBe(true);
  });

  test("that never end hold nothing back", () => {
    const found = lines(`\x1b[${"1;".repeat(500)}`, "after");
    expect(texts(found).join("")).toContain("after");
  });
});
