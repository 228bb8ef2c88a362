/** The draft, kept in this browser as one types, and in a link where it is to be shared. */
import { Store } from "../api/store";
import { ISOLATION_VALUES, PRIORITY_VALUES } from "../api/vocabulary";
import type { Action } from "../app/Toasts";
import { type Draft, EMPTY_DRAFT } from "./submission";
import { templates } from "./templates";

const KEY = "crucible.draft";
const SAVE_MS = 400;

export const draft = new Store<Draft>(restored());

export function edit(change: Partial<Draft>): void {
  draft.set({ ...draft.get(), ...change });
}

/** The way back to the draft as it is now, to be offered once another takes its place; none where nobody typed it. */
export function wayBack(): Action | undefined {
  const before = draft.get();
  const isTyped = before.code.trim() !== "" && templates.every((one) => one.draft.code !== before.code);
  if (!isTyped && before.files.length === 0) return undefined;
  return { label: "Bring back what was there", run: () => draft.set(before) };
}

let timer: ReturnType<typeof setTimeout> | undefined;
draft.subscribe(() => {
  clearTimeout(timer);
  timer = setTimeout(save, SAVE_MS);
});
globalThis.addEventListener?.("pagehide", save);

function save(): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(draft.get()));
  } catch {
    // Storage is full or switched off: the draft lives as long as this page, and running it keeps it at the server.
  }
}

function restored(): Draft {
  const first = { ...EMPTY_DRAFT, ...templates[0]?.draft };
  try {
    const saved = localStorage.getItem(KEY);
    return saved ? { ...EMPTY_DRAFT, ...JSON.parse(saved) } : first;
  } catch {
    return first;
  }
}

/** The draft as the part of a link behind `#draft=`: never sent to any server. */
export async function packed(shared: Draft): Promise<string> {
  const stream = new Blob([JSON.stringify(shared)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const data = new Uint8Array(await new Response(stream).arrayBuffer());
  let binary = "";
  for (const byte of data) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

const LARGEST_LINK_BYTES = 12 * 1024 * 1024;

/** Reads such a link. Throws where it is none; a stranger may have written it, so each part is held to its type. */
export async function unpacked(text: string): Promise<Draft> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const data = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const decoder = new TextDecoder();
  let json = "";
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > LARGEST_LINK_BYTES) throw new Error("The link holds more than a submission may.");
    json += decoder.decode(value, { stream: true });
  }
  return checked(JSON.parse(json));
}

function checked(value: Partial<Record<keyof Draft, unknown>>): Draft {
  const text = (part: unknown) => (typeof part === "string" ? part : "");
  const pairs = (part: unknown) =>
    Array.isArray(part)
      ? part
          .filter((pair) => Array.isArray(pair))
          .map(([name, content]): [string, string] => [text(name), text(content)])
      : [];
  const files = Array.isArray(value.files) ? value.files : [];
  const limits = typeof value.limits === "object" && value.limits !== null ? value.limits : {};
  return {
    runtime: text(value.runtime) || EMPTY_DRAFT.runtime,
    code: text(value.code),
    files: files.map((file) => ({
      path: text(file?.path),
      content: text(file?.content),
      encoding: file?.encoding === "base64" ? "base64" : "utf-8",
    })),
    stdin: text(value.stdin),
    argv: text(value.argv),
    env: pairs(value.env),
    labels: pairs(value.labels),
    limits: Object.fromEntries(Object.entries(limits).filter(([, limit]) => typeof limit === "number")),
    priority: PRIORITY_VALUES.find((one) => one === value.priority) ?? "normal",
    engine: text(value.engine) || null,
    minimumIsolation: ISOLATION_VALUES.find((one) => one === value.minimumIsolation) ?? "shared-kernel",
    reportsProgress: value.reportsProgress === true,
  };
}
