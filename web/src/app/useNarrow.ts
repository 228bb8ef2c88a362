/** Whether the window is as narrow as a phone's: what is drawn then goes downwards. */
import { useSyncExternalStore } from "react";

const NARROW = "(max-width: 720px)";

export function useNarrow(): boolean {
  return useSyncExternalStore(
    (told) => {
      const query = matchMedia(NARROW);
      query.addEventListener("change", told);
      return () => query.removeEventListener("change", told);
    },
    () => matchMedia(NARROW).matches,
  );
}
