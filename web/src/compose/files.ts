/** Input files as they come from the desktop: text as text, everything else as its bytes in base64. */
import { Problem } from "../api/problem";
import { MAXIMUM_FILES } from "../api/vocabulary";
import type { DraftFile } from "./submission";

const MAXIMUM_BYTES = 8 * 1024 * 1024;

/** Puts files to others; one of the same path takes the other's place. Throws Problem where they are too many. */
export function withFiles(before: readonly DraftFile[], added: readonly DraftFile[]): DraftFile[] {
  const paths = new Set(added.map((file) => file.path));
  const files = [...before.filter((file) => !paths.has(file.path)), ...added];
  if (files.length > MAXIMUM_FILES)
    throw tooMuch(`There can be ${MAXIMUM_FILES} input files; these would be more.`);
  const size = files.reduce((sum, file) => sum + sizeOf(file), 0);
  if (size > MAXIMUM_BYTES) throw tooMuch("The input files may hold 8 MiB together; these would be more.");
  return files;
}

export async function acceptDrop(transfer: DataTransfer): Promise<DraftFile[]> {
  return readFiles([...transfer.files]);
}

export async function readFiles(files: readonly File[]): Promise<DraftFile[]> {
  if (files.some((file) => file.size > MAXIMUM_BYTES))
    throw tooMuch("A file is larger than the 8 MiB of all inputs.");
  return Promise.all(
    files.map(async (file) =>
      toDraftFile(file.webkitRelativePath || file.name, new Uint8Array(await file.arrayBuffer())),
    ),
  );
}

export function toDraftFile(path: string, data: Uint8Array): DraftFile {
  try {
    const content = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
    if (!content.includes("\0")) return { path, content, encoding: "utf-8" };
  } catch {
    // Not UTF-8, so it goes as bytes.
  }
  let binary = "";
  for (const byte of data) binary += String.fromCharCode(byte);
  return { path, content: btoa(binary), encoding: "base64" };
}

/** In bytes, as the server counts them. */
function sizeOf(file: DraftFile): number {
  return file.encoding === "base64"
    ? Math.floor((file.content.length * 3) / 4)
    : new TextEncoder().encode(file.content).length;
}

function tooMuch(detail: string): Problem {
  return new Problem({ status: 413, title: "Too much to hand in", detail });
}
