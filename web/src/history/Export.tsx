/** All of a list as a file, for whoever goes on with it elsewhere. */
import { Button, Menu } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { download } from "../app/download";
import { complain, tell } from "../app/Toasts";
import { count } from "../words/units";
import { toCsv, toJsonLines } from "./exported";
import type { Filter } from "./filter";
import { everything } from "./list";

export function Export({ filter }: { filter: Filter }) {
  const [progress, setProgress] = useState<number | null>(null);
  const run = async (kind: "jsonl" | "csv") => {
    setProgress(0);
    try {
      const all = await everything(filter, setProgress);
      const text = kind === "csv" ? toCsv(all) : toJsonLines(all);
      download(`evaluations.${kind}`, text, kind === "csv" ? "text/csv" : "application/jsonl");
      tell(`Exported ${count(all.length, "evaluation")}.`);
    } catch (error) {
      complain(error as Error);
    } finally {
      setProgress(null);
    }
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconDownload size={15} stroke={1.6} />}
          disabled={progress !== null}
        >
          {progress === null ? "Export" : count(progress, "row")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void run("jsonl")}>As JSON, one a line</Menu.Item>
        <Menu.Item onClick={() => void run("csv")}>As CSV</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
