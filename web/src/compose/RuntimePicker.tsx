/** What the program is run in: what the executor offers, and what was asked for though it is not here. */
import { NativeSelect } from "@mantine/core";
import type { Runtime } from "../api/types";
import classes from "./RuntimePicker.module.css";

export function RuntimePicker(given: {
  runtimes: readonly Runtime[] | undefined;
  chosen: string;
  choose: (runtime: string) => void;
}) {
  const { runtimes, chosen, choose } = given;
  return (
    <NativeSelect
      aria-label="Runtime"
      className={classes.runtime}
      data={runtimeChoices(runtimes, chosen)}
      value={chosen}
      onChange={(event) => choose(event.currentTarget.value)}
    />
  );
}

/** Aliases first, as they go on meaning the newest; then each version by its own name. */
function runtimeChoices(runtimes: readonly Runtime[] | undefined, chosen: string) {
  if (!runtimes) return [{ value: chosen, label: chosen }];
  const aliases = runtimes.flatMap((one) =>
    (one.aliases ?? [])
      .filter((alias) => alias === one.language)
      .map((alias) => ({ value: alias, label: `${alias} (${one.version})` })),
  );
  const exact = runtimes
    .filter((one) => !aliases.some((alias) => alias.value === one.name))
    .map((one) => ({ value: one.name, label: `${one.name} (${one.version})` }));
  const known = [...aliases, ...exact];
  if (!known.some((one) => one.value === chosen)) {
    const meant = runtimes.find((one) => one.aliases?.includes(chosen));
    known.unshift({ value: chosen, label: meant ? `${chosen} (${meant.version})` : `${chosen} (not here)` });
  }
  return [...new Map(known.map((one) => [one.value, one])).values()];
}
