import { expect, test } from "vitest";
import { previewOf } from "./preview";

const bytes = (text: string) => new TextEncoder().encode(text);

test("a table of any size is cut to what a page holds", () => {
  const preview = previewOf("big.csv", bytes(`${"x,".repeat(500)}\n`.repeat(5000)));
  expect(preview).toMatchObject({ kind: "table", more: true });
  if (preview.kind === "table") {
    expect(preview.rows.length).toBe(200);
    expect(preview.rows[0]?.length).toBe(50);
  }
});

test("HTML is text, bytes are bytes, and only known names are pictures", () => {
  expect(previewOf("page.html", bytes("<script>"))).toMatchObject({ kind: "text", text: "<script>" });
  expect(previewOf("data.bin", new Uint8Array([0, 255, 1]))).toMatchObject({ kind: "bytes" });
  expect(previewOf("a.svg", bytes("<svg/>"))).toEqual({ kind: "picture" });
});

test("a small file that says it is a huge picture is not drawn", () => {
  const png = new Uint8Array(40);
  png.set([0x89, 0x50, 0x4e, 0x47]);
  new DataView(png.buffer).setUint32(16, 100_000);
  new DataView(png.buffer).setUint32(20, 100_000);
  expect(previewOf("bomb.png", png).kind).toBe("bytes");
});
