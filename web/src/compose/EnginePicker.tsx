/** What is to isolate the program: the engines that this server has, with what they give; those it lacks, with why. */
import { NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { enginesQuery } from "../api/queries";
import type { Engine } from "../api/types";
import { plain } from "../text/visible";

export function EnginePicker(given: {
  chosen: string | null;
  choose: (engine: string | null) => void;
  only?: (engine: Engine) => boolean;
}) {
  const { chosen, choose, only = () => true } = given;
  const { data } = useQuery(enginesQuery);
  const engines = (data ?? []).filter(only);
  const known = engines.some((one) => one.name === chosen) || chosen === null || chosen === "auto";
  const lacking = engines.find((one) => one.name === chosen && !one.available);
  return (
    <NativeSelect
      label="Engine"
      value={chosen ?? ""}
      onChange={(event) => choose(event.currentTarget.value || null)}
      error={lacking?.reason ? plain(lacking.reason) : undefined}
    >
      <option value="">the server’s choice</option>
      <option value="auto">auto: the strongest there is</option>
      {engines.map((one) => (
        <option key={one.name} value={one.name} disabled={!one.available}>
          {one.name} ({one.available ? one.isolation : "not here"})
        </option>
      ))}
      {!known && <option value={chosen ?? ""}>{plain(chosen ?? "")}</option>}
    </NativeSelect>
  );
}
