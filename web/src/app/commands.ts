/**
 * What can be done from the keyboard. Pages add theirs while they are shown; the palette lists them all, and a key
 * that nobody types text with runs its command.
 */
import { useEffect } from "react";
import { Store } from "../api/store";

export interface Command {
  id: string;
  label: string;
  /** What else one may look for it by. */
  keywords?: string;
  group: string;
  /** As `KeyboardEvent` has it, with `mod+` for Ctrl or Cmd: `mod+Enter`, `Escape`, `?`, `g h`. */
  keys?: string;
  run: () => void;
}

export const commands = new Store<readonly Command[]>([]);

export function useCommands(own: readonly Command[]): void {
  useEffect(() => {
    commands.set([...commands.get(), ...own]);
    return () => commands.set(commands.get().filter((command) => !own.includes(command)));
  }, [own]);
}

const SEQUENCE_MS = 900;
let first = { key: "", at: 0 };

/** Runs the command whose keys were pressed; true where there was one. */
export function press(event: KeyboardEvent): boolean {
  const mod = event.ctrlKey || event.metaKey;
  const typing = event.target instanceof HTMLElement && event.target.closest("input, textarea, [contenteditable]");
  const pressed = mod ? `mod+${event.key}` : event.key;
  const sequence = event.timeStamp - first.at < SEQUENCE_MS ? `${first.key} ${pressed}` : pressed;
  first = { key: pressed, at: event.timeStamp };
  const found = commands.get().find((command) => command.keys === sequence || command.keys === pressed);
  if (!found || event.defaultPrevented) return false;
  if (typing && !mod && event.key !== "Escape") return false;
  event.preventDefault();
  first = { key: "", at: 0 };
  found.run();
  return true;
}

/** The keys as the keyboard in front of one names them. */
export function shown(keys: string): string[] {
  const apple = /Mac|iPhone|iPad/.test(navigator.platform);
  return keys
    .split(/[ +]/)
    .map((key) => ({ mod: apple ? "⌘" : "Ctrl", Enter: "↵", Escape: "Esc" })[key] ?? key.toUpperCase());
}
