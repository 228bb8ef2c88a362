/** What the browser's tab says: a page's name, and on its icon the colour of how it is with what the page shows. */
import { useEffect } from "react";
import type { Tone } from "../words/outcomes";

export function useTab(name: string): void {
  useEffect(() => {
    document.title = name === "" ? "Crucible" : `${name} · Crucible`;
  }, [name]);
}

/** Who waits for a run in another tab sees there when it has ended, and how. */
export function useTabTone(tone: Tone | null): void {
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
    if (!icon || tone === null || tone === "quiet") return;
    const usual = icon.href;
    icon.href = marked(getComputedStyle(document.documentElement).getPropertyValue(`--tone-${tone}`).trim());
    return () => {
      icon.href = usual;
    };
  }, [tone]);
}

/** The mark of `public/icon.svg`, small enough beside a spot to be told at sixteen pixels. */
function marked(color: string): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#1b1917"/><path d="M5 8h18l-2.600 11.200a4 4 0 0 1-3.900 3.100h-5a4 4 0 0 1-3.900-3.100z" fill="#f2703a"/><circle cx="23" cy="23" r="8.500" fill="${color}" stroke="#1b1917" stroke-width="2"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
