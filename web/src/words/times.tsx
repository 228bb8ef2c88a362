/** Moments as people read them: how long ago, with the exact time at hand. */
import { useSyncExternalStore } from "react";
import { Store } from "../api/store";

const second = new Store(Date.now());
setInterval(() => second.set(Date.now()), 1000);

/** The time, told anew each second to whoever looks. */
function useNow(): number {
  return useSyncExternalStore(second.subscribe, second.get);
}

export function ago(moment: number, now: number): string {
  const passed = Math.max(0, (now - moment) / 1000);
  if (passed < 5) return "just now";
  if (passed < 60) return `${Math.floor(passed)} s ago`;
  if (passed < 3600) return `${Math.floor(passed / 60)} min ago`;
  if (passed < 86_400) return `${Math.floor(passed / 3600)} h ago`;
  if (passed < 30 * 86_400) return `${Math.floor(passed / 86_400)} d ago`;
  return new Date(moment).toISOString().slice(0, 10);
}

/** How long it is until then; `now` where it has come. */
export function until(moment: number, now: number): string {
  const left = (moment - now) / 1000;
  if (left < 1) return "now";
  if (left < 60) return `in ${Math.floor(left)} s`;
  if (left < 3600) return `in ${Math.round(left / 60)} min`;
  if (left < 2 * 86_400) return `in ${Math.round(left / 3600)} h`;
  return `in ${Math.round(left / 86_400)} d`;
}

export function exact(moment: string): string {
  return new Date(moment).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

/** As short as an axis or a button has room for. */
export function moment(at: string | Date): string {
  return new Date(at).toLocaleString(undefined, {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
}

export function Ago({ at }: { at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={exact(at)}>
      {ago(Date.parse(at), now)}
    </time>
  );
}

export function Until({ at }: { at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={exact(at)}>
      {until(Date.parse(at), now)}
    </time>
  );
}
