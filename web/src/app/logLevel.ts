/** How much the server writes to its log, set from the palette and the debug overlay. */
import { setLogLevel } from "../api/queries";
import type { LogLevel } from "../api/types";
import { complain, tell } from "./Toasts";

export const LEVELS: readonly LogLevel[] = ["debug", "info", "warning", "error"];

export async function changeLogLevel(level: LogLevel): Promise<void> {
  try {
    await setLogLevel(level);
    tell(`The server’s log tells from “${level}” on, until it is started anew.`);
  } catch (error) {
    complain(error as Error);
  }
}
