import { expect, test } from "vitest";
import { pieces, plain } from "./visible";

test("text that hides nothing is left as it is", () => {
  for (const text of ["", "hello", "naïve café", "日本語", "שלום", "👩 ok", "tab\there"])
    expect(plain(text)).toBe(text);
});

test("what turns or hides text stands there by name", () => {
  expect(plain("photo\u202Egnp.exe")).toBe("photo⟨RLO⟩gnp.exe");
  expect(plain("a\u200Bb\uFEFFc")).toBe("a⟨ZWSP⟩b⟨BOM⟩c");
  expect(plain("a\u{E0041}")).toBe("a⟨U+E0041⟩");
  expect(plain("\x00\x1b\x7f")).toBe("␀␛␡");
  expect(plain("\ud800")).toBe("⟨U+D800⟩");
});

test("hidden characters are told apart from text", () => {
  expect(pieces("a\u200B\u200Bb")).toEqual([
    { text: "a", hidden: false },
    { text: "⟨ZWSP⟩⟨ZWSP⟩", hidden: true },
    { text: "b", hidden: false },
  ]);
});
