/**
 * What the runtime's own parser says of the text that is being edited, as it is typed. The server parses it in a
 * sandbox; one question is under way at a time, and the last text is always asked about.
 */
import { useEffect, useState } from "react";
import { answer, api } from "../api/client";
import { Problem } from "../api/problem";
import type { CheckRequest, CheckResult, Finding } from "../api/types";
import type { Draft } from "./submission";

export type Checked = { state: "asking" | "unasked" } | { state: "failed"; reason: string } | Found;
export type Found = { state: "checked"; findings: readonly Finding[] };

const TYPING_MS = 350;
const LARGEST_SENT = 256 * 1024;
/** Compilers read more than one file. */
const READS_FILES = new Set(["c", "c++"]);

/** Returns what is known of `code` in this runtime; `null` for a text that is no program. */
export function useCheck(current: Draft, code: string | null, language: string | undefined): Checked {
  const [checked, setChecked] = useState<Checked>({ state: "unasked" });
  const { runtime, engine, minimumIsolation, files } = current;
  const read = language && READS_FILES.has(language) ? files : NONE;
  useEffect(() => {
    if (code === null || language === undefined || code.length > LARGEST_SENT) {
      setChecked({ state: "unasked" });
      return;
    }
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      setChecked({ state: "asking" });
      try {
        const result = (await answer(
          api.POST("/api/v1/check", {
            body: { code, runtime, engine, minimum_isolation: minimumIsolation, files: [...read] } as CheckRequest,
            signal: abort.signal,
          }),
        )) as CheckResult;
        if (!abort.signal.aborted) setChecked(toChecked(result));
      } catch (error) {
        if (abort.signal.aborted) return;
        if (!(error instanceof Problem)) throw error;
        setChecked({ state: "failed", reason: error.message });
      }
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [code, runtime, engine, minimumIsolation, language, read]);
  return checked;
}

const NONE: Draft["files"] = [];

function toChecked(result: CheckResult): Checked {
  if (result.checked) return { state: "checked", findings: result.findings ?? [] };
  return { state: "failed", reason: result.reason ?? "The parser gave no answer." };
}

/** Where a character, counted as the parser does, stands in a line of UTF-16, from 1. */
export function columnOf(line: string, character: number): number {
  let column = 1;
  let counted = 1;
  for (const one of line) {
    if (counted >= character) break;
    counted += 1;
    column += one.length;
  }
  return column;
}
