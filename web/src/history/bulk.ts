/** One request for each of many evaluations, a few at a time; what failed is told, and the rest is done all the same. */
import { api } from "../api/client";
import type { Problem } from "../api/problem";
import { cancel, rerun, restore } from "../api/queries";
import { type More, rerunWithTwice } from "../run/more";
import { count } from "../words/units";

export type Deed = "cancel" | "rerun" | "delete" | "restore";

const AT_ONCE = 4;

const DEEDS: Record<Deed, { run: (id: string) => Promise<unknown>; done: string }> = {
  cancel: { run: cancel, done: "told to stop" },
  rerun: { run: rerun, done: "handed in again" },
  delete: {
    run: (id) => api.DELETE("/api/v1/evaluations/{evaluation_id}", { params: { path: { evaluation_id: id } } }),
    done: "deleted; they can be restored",
  },
  restore: { run: restore, done: "restored" },
};

export interface Done {
  words: string;
  done: string[];
  failed: string[];
}

export function forEach(deed: Deed, ids: readonly string[]): Promise<Done> {
  return each(ids, DEEDS[deed].run, DEEDS[deed].done);
}

export function rerunEach(ids: readonly string[], more: More): Promise<Done> {
  return each(ids, (id) => rerunWithTwice(id, more), `handed in again with twice the ${more}`);
}

async function each(ids: readonly string[], run: (id: string) => Promise<unknown>, words: string): Promise<Done> {
  const waiting = [...ids];
  const failed: string[] = [];
  const done: string[] = [];
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      try {
        await run(id);
        done.push(id);
      } catch (error) {
        failed.push(`${id}: ${(error as Problem).message}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { words: `${count(done.length, "evaluation")} ${words}.`, done, failed };
}
