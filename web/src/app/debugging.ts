/** Whether the debug overlay shows: asked for in the address, and remembered until the tab is closed. */
import { Store } from "../api/store";

const KEY = "crucible.debug";

export const debugging = new Store(isAsked());

export function setDebugging(on: boolean): void {
  debugging.set(on);
  try {
    if (on) sessionStorage.setItem(KEY, "on");
    else sessionStorage.removeItem(KEY);
  } catch {
    // Storage is switched off: it holds for this page.
  }
}

function isAsked(): boolean {
  const asked = new URLSearchParams(globalThis.location?.search ?? "").get("debug");
  try {
    if (asked === "true") sessionStorage.setItem(KEY, "on");
    if (asked === "false") sessionStorage.removeItem(KEY);
    return sessionStorage.getItem(KEY) === "on";
  } catch {
    return asked === "true";
  }
}
