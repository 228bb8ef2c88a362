import type { Stage } from "../api/types";
import { seconds } from "../words/units";

/** How long a stage ran; null where it did not, or still does. */
export function took(stage: Pick<Stage, "started_at" | "finished_at">): string | null {
  if (!stage.started_at || !stage.finished_at) return null;
  return seconds(Math.max(0, Date.parse(stage.finished_at) - Date.parse(stage.started_at)) / 1000);
}
