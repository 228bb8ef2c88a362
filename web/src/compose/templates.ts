/**
 * Programs to begin with: the files of `web/templates`. To add one is to add a file there. Its first comment lines
 * say what it is: `title:`, `about:`, and where it needs them `limits:`, `stdin:` and `progress: yes`.
 */
import type { LimitName } from "../api/types";
import type { Draft } from "./submission";

export interface Template {
  name: string;
  title: string;
  about: string;
  draft: Pick<Draft, "runtime" | "code" | "limits" | "stdin" | "reportsProgress">;
}

const RUNTIMES: Record<string, string> = { py: "python", js: "node", sh: "bash", c: "c", cpp: "cpp" };
const HEADER = /^(?:#|\/\/) (title|about|limits|stdin|progress): (.*)\n/;

const sources = import.meta.glob<string>("../../templates/*", { eager: true, query: "?raw", import: "default" });

export const templates: readonly Template[] = Object.entries(sources)
  .sort(([left], [right]) => left.localeCompare(right))
  .map(([path, source]) => parseTemplate(path.split("/").at(-1) ?? path, source));

export function parseTemplate(name: string, source: string): Template {
  const said: Record<string, string> = {};
  let code = source;
  for (let header = HEADER.exec(code); header; header = HEADER.exec(code)) {
    said[header[1] ?? ""] = header[2] ?? "";
    code = code.slice(header[0].length);
  }
  const limits = (said.limits ?? "")
    .split(" ")
    .filter(Boolean)
    .map((pair) => pair.split("="));
  return {
    name,
    title: said.title ?? name,
    about: said.about ?? "",
    draft: {
      runtime: RUNTIMES[name.split(".").at(-1) ?? ""] ?? "python",
      code: code.trimStart(),
      limits: Object.fromEntries(limits.map(([limit, value]) => [limit as LimitName, Number(value)])),
      reportsProgress: said.progress === "yes",
      stdin: (said.stdin ?? "").replaceAll("\\n", "\n"),
    },
  };
}
