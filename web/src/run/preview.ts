/** Decides what a file is shown as, by its bytes and its name, and cuts it to what a page can hold. */
import { cellsOf } from "../text/separated";

export const MOST_PREVIEW_BYTES = 8 * 1024 * 1024;
const MOST_TEXT = 200_000;
const MOST_TABLE_ROWS = 200;
const MOST_TABLE_COLUMNS = 50;
const SHOWN_BYTES = 512;
const MOST_PIXELS = 40_000_000;

export type Preview =
  | { kind: "picture" }
  | { kind: "table"; rows: string[][]; more: boolean }
  | { kind: "text"; text: string; more: boolean }
  | { kind: "bytes"; text: string };

const PICTURES: Record<string, string> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  svg: "image/svg+xml",
};

export function pictureType(path: string): string | undefined {
  return PICTURES[path.split(".").at(-1)?.toLowerCase() ?? ""];
}

export function previewOf(path: string, data: Uint8Array): Preview {
  if (pictureType(path) && !isBomb(data)) return { kind: "picture" };
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(data);
  } catch {
    return { kind: "bytes", text: hexadecimal(data) };
  }
  if (text.includes("\0")) return { kind: "bytes", text: hexadecimal(data) };
  const separator = { csv: ",", tsv: "\t" }[path.split(".").at(-1)?.toLowerCase() ?? ""];
  if (separator) {
    const rows = cellsOf(text, separator, { rows: MOST_TABLE_ROWS + 1, columns: MOST_TABLE_COLUMNS });
    return { kind: "table", rows: rows.slice(0, MOST_TABLE_ROWS), more: rows.length > MOST_TABLE_ROWS };
  }
  return { kind: "text", text: text.slice(0, MOST_TEXT), more: text.length > MOST_TEXT };
}

/** Whether a PNG of few bytes says that it has more pixels than a page should make room for. */
function isBomb(data: Uint8Array): boolean {
  const isPng = data[0] === 0x89 && data[1] === 0x50 && data.length > 24;
  if (!isPng) return false;
  const view = new DataView(data.buffer, data.byteOffset);
  return view.getUint32(16) * view.getUint32(20) > MOST_PIXELS;
}

function hexadecimal(data: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(data.length, SHOWN_BYTES); at += 16) {
    const part = [...data.slice(at, at + 16)];
    const codes = part.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const characters = part
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·"))
      .join("");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${codes.padEnd(47)}  ${characters}`);
  }
  if (data.length > SHOWN_BYTES) lines.push("… the download has the rest.");
  return lines.join("\n");
}
