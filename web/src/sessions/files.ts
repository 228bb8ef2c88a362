/** What is in a session's folder, asked of its own `find`: names may hold anything but NUL. */
import { output } from "./calls";

export interface Found {
  name: string;
  kind: "file" | "folder" | "other";
  size: number;
}

const FORMAT = "%y %s %f\\0";

export async function list(id: string, folder: string, signal: AbortSignal): Promise<Found[]> {
  const argv = ["find", folder, "-mindepth", "1", "-maxdepth", "1", "-printf", FORMAT];
  return read(await output(id, argv, signal));
}

/** Reads what `find` printed; what is no such line is left out. */
export function read(printed: string): Found[] {
  const found: Found[] = [];
  for (const line of printed.split("\0")) {
    const match = /^([a-zA-Z?]) (\d+) (.+)$/s.exec(line);
    if (!match) continue;
    const [, kind, size, name = ""] = match;
    found.push({ name, kind: kind === "d" ? "folder" : kind === "f" ? "file" : "other", size: Number(size) });
  }
  return found.sort(
    (left, right) =>
      Number(right.kind === "folder") - Number(left.kind === "folder") || left.name.localeCompare(right.name),
  );
}

export function within(folder: string, name: string): string {
  return folder === "/" ? `/${name}` : `${folder}/${name}`;
}

export function above(folder: string): string {
  return folder.slice(0, folder.lastIndexOf("/")) || "/";
}
