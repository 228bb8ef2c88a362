/** What goes in beside the program: limits, standard input, arguments, variables, and how it is to be run. */
import { Tabs } from "@mantine/core";
import { lazy, Suspense, useEffect, useState } from "react";
import type { Problem } from "../api/problem";
import { Refusal } from "../app/State";
import classes from "./Inputs.module.css";
import { LimitsForm } from "./LimitsForm";
import type { Draft } from "./submission";

const Lines = lazy(async () => ({ default: (await import("./Lines")).Lines }));
const Pairs = lazy(async () => ({ default: (await import("./Pairs")).Pairs }));
const How = lazy(async () => ({ default: (await import("./How")).How }));

export function Inputs(given: {
  current: Draft;
  edit: (change: Partial<Draft>) => void;
  refused: Problem | null;
}) {
  const { current, edit, refused } = given;
  const [tab, setTab] = useState<string | null>("limits");
  useEffect(() => {
    if (refused) setTab(tabOf(refused) ?? "limits");
  }, [refused]);
  const marks: Record<string, number> = {
    limits: Object.keys(current.limits).length,
    stdin: current.stdin ? 1 : 0,
    argv: current.argv ? 1 : 0,
    env: current.env.length,
    labels: current.labels.length,
    how: (current.engine ? 1 : 0) + (current.reportsProgress ? 1 : 0) + (current.priority !== "normal" ? 1 : 0),
  };
  return (
    <div className={classes.inputs}>
      {refused && (
        <div className={classes.refused}>
          <Refusal problem={refused} />
        </div>
      )}
      <Tabs
        value={tab}
        onChange={setTab}
        variant="default"
        keepMounted={false}
        classNames={{ tab: classes.tab, list: classes.list }}
      >
        <Tabs.List aria-label="Inputs">
          {TABS.map(([value, label]) => (
            <Tabs.Tab key={value} value={value}>
              {label}
              {marks[value] ? <span className={classes.mark} role="img" aria-label="changed" /> : null}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <div className={classes.panels}>
          <Tabs.Panel value="limits">
            <LimitsForm limits={current.limits} change={(limits) => edit({ limits })} />
          </Tabs.Panel>
          <Tabs.Panel value="stdin">
            <Suspense>
              <Lines
                label="Standard input"
                placeholder="What the program reads from standard input"
                value={current.stdin}
                onChange={(stdin) => edit({ stdin })}
              />
            </Suspense>
          </Tabs.Panel>
          <Tabs.Panel value="argv">
            <Suspense>
              <Lines
                label="Arguments"
                placeholder="One argument a line"
                value={current.argv}
                onChange={(argv) => edit({ argv })}
              />
            </Suspense>
          </Tabs.Panel>
          <Tabs.Panel value="env">
            <Suspense>
              <Pairs what="variable" first="NAME" pairs={current.env} onChange={(env) => edit({ env })} />
            </Suspense>
          </Tabs.Panel>
          <Tabs.Panel value="labels">
            <Suspense>
              <Pairs what="label" first="key" pairs={current.labels} onChange={(labels) => edit({ labels })} />
            </Suspense>
          </Tabs.Panel>
          <Tabs.Panel value="how">
            <Suspense>
              <How current={current} edit={edit} />
            </Suspense>
          </Tabs.Panel>
        </div>
      </Tabs>
    </div>
  );
}

const TABS = [
  ["limits", "Limits"],
  ["stdin", "Standard input"],
  ["argv", "Arguments"],
  ["env", "Variables"],
  ["labels", "Labels"],
  ["how", "How it runs"],
] as const;

function tabOf(problem: Problem): string | undefined {
  const field = problem.fields[0]?.field ?? "";
  const starts: [string, string][] = [
    ["limits", "limits"],
    ["stdin", "stdin"],
    ["argv", "argv"],
    ["env", "env"],
    ["labels", "labels"],
    ["engine", "how"],
    ["minimum_isolation", "how"],
    ["priority", "how"],
    ["reports_progress", "how"],
  ];
  return starts.find(([start]) => field.startsWith(start))?.[1];
}
