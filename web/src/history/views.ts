/** Filters that are kept under a name, in this browser. */
import { Store } from "../api/store";
import { type Filter, parseFilter } from "./filter";

interface View {
  name: string;
  filter: Filter;
}

const KEY = "crucible.views";

/** Where a first visitor may begin; they go away like any other. */
const FIRST: readonly View[] = [
  { name: "Failures of programs", filter: { outcome: ["nonzero_exit", "killed_by_signal", "compile_error"] } },
  {
    name: "Limits that were hit",
    filter: { outcome: ["timed_out", "cpu_exceeded", "memory_exceeded", "disk_exceeded", "output_exceeded"] },
  },
  { name: "Tried the network", filter: { attempted: true, text: "family=AF_INET" } },
  { name: "Running now", filter: { status: ["queued", "running"] } },
];

export const views = new Store<readonly View[]>(restored());

export function keep(view: View): void {
  store([...views.get().filter((one) => one.name !== view.name), view]);
}

export function forget(name: string): void {
  store(views.get().filter((one) => one.name !== name));
}

function store(all: readonly View[]): void {
  views.set(all);
  try {
    localStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    // Storage is full or switched off: the views live as long as this page.
  }
}

function restored(): readonly View[] {
  try {
    const saved: View[] | null = JSON.parse(localStorage.getItem(KEY) ?? "null");
    return saved?.map((view) => ({ name: String(view.name), filter: parseFilter({ ...view.filter }) })) ?? FIRST;
  } catch {
    return FIRST;
  }
}
