/** Puts a text where pasting finds it, and says so. A page that came over plain HTTP has no clipboard to write to. */
import { complain, tell } from "./Toasts";

export async function copyText(text: string, done: string): Promise<void> {
  try {
    if (navigator.clipboard) await navigator.clipboard.writeText(text);
    else copyChosen(text);
    tell(done);
  } catch {
    complain(new Error("The browser did not let this page copy it."));
  }
}

/** The way that browsers have for pages without a clipboard: what is chosen is copied. */
function copyChosen(text: string): void {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  if (!copied) throw new Error("refused");
}
