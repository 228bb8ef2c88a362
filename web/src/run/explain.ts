/** What commonly lies behind an error, from `explanations/*.json`: to add one is to add an entry there. */
import type { Evaluation } from "../api/types";

interface Explanation {
  /** A regular expression over the end of the error output. */
  match?: string;
  /** Or an outcome by which it is chosen. */
  outcome?: string;
  title: string;
  text: string;
}

const modules = import.meta.glob<{ default: Explanation[] }>("../../explanations/*.json", { eager: true });
export const EXPLANATIONS: readonly Explanation[] = Object.values(modules).flatMap((module) => module.default);

/** The first explanation that fits; those by their text before those by the outcome alone. */
export function explain(evaluation: Pick<Evaluation, "outcome">, lines: readonly string[]): Explanation | null {
  const text = lines.join("\n");
  const outcome = evaluation.outcome ?? "";
  if (outcome === "succeeded") return null;
  const fits = (one: Explanation) => one.outcome === undefined || one.outcome === outcome;
  return (
    EXPLANATIONS.find((one) => one.match !== undefined && fits(one) && new RegExp(one.match, "m").test(text)) ??
    EXPLANATIONS.find((one) => one.match === undefined && one.outcome === outcome) ??
    null
  );
}
