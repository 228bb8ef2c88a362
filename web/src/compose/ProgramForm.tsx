/** A program with its inputs as part of a form: the workbench's own editor, over a draft that is the form's. */
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import type { Problem } from "../api/problem";
import { runtimesQuery } from "../api/queries";
import { CheckLine } from "./CheckLine";
import { useCheck } from "./check";
import type { Place } from "./Editor";
import { FileTabs } from "./FileTabs";
import { withFiles } from "./files";
import { Inputs } from "./Inputs";
import classes from "./ProgramForm.module.css";
import { RuntimePicker } from "./RuntimePicker";
import type { Draft } from "./submission";

const Editor = lazy(() => import("./Editor"));
const PROGRAM = "";
const NONE: readonly never[] = [];

export function ProgramForm(given: {
  current: Draft;
  edit: (change: Partial<Draft>) => void;
  refused: Problem | null;
}) {
  const { current, edit, refused } = given;
  const { data: runtimes } = useQuery(runtimesQuery);
  const [file, setFile] = useState(PROGRAM);
  const [place, setPlace] = useState<Place | null>(null);
  const runtime = runtimes?.find((one) => one.name === current.runtime || one.aliases?.includes(current.runtime));
  const entrypoint = runtime?.entrypoint ?? "main.py";
  const shown = current.files.find((one) => one.path === file);
  const checked = useCheck(current, shown ? null : current.code, runtime?.language);
  const text = shown ? shown.content : current.code;
  return (
    <section className={classes.program} aria-label="Program">
      <div className={classes.bar}>
        <RuntimePicker
          runtimes={runtimes}
          chosen={current.runtime}
          choose={(chosen) => edit({ runtime: chosen })}
        />
      </div>
      <FileTabs
        entrypoint={entrypoint}
        files={current.files}
        chosen={shown?.path ?? PROGRAM}
        choose={setFile}
        change={(files) => edit({ files })}
        add={(added) => edit({ files: withFiles(current.files, added) })}
      />
      <div className={classes.editor}>
        {shown?.encoding === "base64" ? (
          <p className={classes.binary}>This file holds bytes, not text. It is handed in as it is.</p>
        ) : (
          <Suspense fallback={<pre className={classes.waiting}>{text}</pre>}>
            <Editor
              key={current.runtime}
              path={shown?.path ?? entrypoint}
              value={text}
              markers={NONE}
              findings={checked.state === "checked" ? checked.findings : NONE}
              place={place}
              onRun={() => undefined}
              onChange={(value) =>
                edit(
                  shown
                    ? { files: current.files.map((one) => (one === shown ? { ...one, content: value } : one)) }
                    : { code: value },
                )
              }
            />
          </Suspense>
        )}
      </div>
      <CheckLine
        checked={checked}
        runtime={runtime?.name ?? current.runtime}
        go={({ line, column }) =>
          setPlace((before) => ({ line, column: column ?? 1, jump: (before?.jump ?? 0) + 1 }))
        }
      />
      <Inputs current={current} edit={edit} refused={refused} />
    </section>
  );
}
