/** A template takes the draft's place; what was typed there before isn't lost by that. */
import { tell } from "../app/Toasts";
import { edit, wayBack } from "./draft";
import type { Template } from "./templates";

export function beginWith(template: Template): void {
  const back = wayBack();
  edit({ ...template.draft, files: [] });
  if (back) tell(`“${template.title}” is in the editor.`, back);
}
