/** How the program is to be run: in which order, held by what, and whether it says how far it is. */
import { NativeSelect } from "@mantine/core";
import type { Isolation, Priority } from "../api/types";
import { ISOLATION_VALUES, PRIORITY_VALUES } from "../api/vocabulary";
import { Checkbox } from "../app/Checkbox";
import { EnginePicker } from "./EnginePicker";
import classes from "./How.module.css";
import type { Draft } from "./submission";

export function How({ current, edit }: { current: Draft; edit: (change: Partial<Draft>) => void }) {
  return (
    <div className={classes.how}>
      <NativeSelect
        label="Priority"
        data={[...PRIORITY_VALUES]}
        value={current.priority}
        onChange={(event) => edit({ priority: event.currentTarget.value as Priority })}
      />
      <EnginePicker chosen={current.engine} choose={(engine) => edit({ engine })} />
      <NativeSelect
        label="Isolation, at least"
        data={[...ISOLATION_VALUES]}
        value={current.minimumIsolation}
        onChange={(event) => edit({ minimumIsolation: event.currentTarget.value as Isolation })}
      />
      <Checkbox
        className={classes.progress}
        label="It says how far it is"
        description="It writes lines of JSON to the descriptor CRUCIBLE_PROGRESS"
        checked={current.reportsProgress}
        onChange={(event) => edit({ reportsProgress: event.currentTarget.checked })}
      />
    </div>
  );
}
