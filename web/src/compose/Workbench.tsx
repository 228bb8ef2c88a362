/** Where a program is written, run, and watched: the draft on one side, its latest run on the other. */
import { Button } from "@mantine/core";
import { IconArrowsDiff } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Problem } from "../api/problem";
import { queryClient, runtimesQuery, submissionQuery, submit } from "../api/queries";
import { useStore } from "../api/store";
import { type Command, useCommands } from "../app/commands";
import { copyText } from "../app/copy";
import { complain, tell } from "../app/Toasts";
import { useTab } from "../app/tab";
import type { Frame } from "../run/trace";
import { beginWith } from "./beginWith";
import { CheckLine } from "./CheckLine";
import { useCheck } from "./check";
import { COPY_LABELS, type CopyKind } from "./copyKinds";
import { draft, edit, packed, unpacked, wayBack } from "./draft";
import type { Marker, Place } from "./Editor";
import { FileTabs } from "./FileTabs";
import { acceptDrop, withFiles } from "./files";
import { Inputs } from "./Inputs";
import { Recent } from "./Recent";
import { type DraftFile, toSubmission } from "./submission";
import { Toolbar } from "./Toolbar";
import { templates } from "./templates";
import classes from "./Workbench.module.css";
import { whereNow } from "./whereNow";

/** In steps, so that the page answers between them: the editor is the largest part of it. */
const Editor = lazy(async () => {
  for (const step of [() => import("./monacoCore"), () => import("./monaco")]) {
    await whenIdle();
    await step();
  }
  await whenIdle();
  return import("./Editor");
});
const RunView = lazy(async () => ({ default: (await import("../run/RunView")).RunView }));
const Marked = lazy(() => import("./Marked"));
const PROGRAM = "";

export function Workbench() {
  const { run } = useSearch({ from: "/" });
  const navigate = useNavigate();
  const current = useStore(draft);
  const { data: runtimes } = useQuery(runtimesQuery);
  const runtime = runtimes?.find((one) => one.name === current.runtime || one.aliases?.includes(current.runtime));
  const entrypoint = runtime?.entrypoint ?? "main.py";
  const [file, setFile] = useState(PROGRAM);
  const [place, setPlace] = useState<Place | null>(null);
  const [refused, setRefused] = useState<Problem | null>(null);
  const [sending, setSending] = useState(false);
  const [markers, setMarkers] = useState<{ path: string; markers: Marker[] }>({ path: "", markers: [] });
  const [over, setOver] = useState(false);
  const [before, setBefore] = useState<string | null>(null);
  const result = useRef<HTMLElement>(null);

  useTab("Workbench");
  useEffect(() => {
    const shared = /^#draft=(.+)$/.exec(window.location.hash)?.[1];
    if (!shared) return;
    history.replaceState(history.state, "", window.location.pathname + window.location.search);
    unpacked(shared).then(
      (found) => {
        const back = wayBack();
        draft.set(found);
        tell("The draft of this link is in the editor. Nothing of it has run.", back);
      },
      (error: Error) =>
        complain(new Problem({ status: 0, title: "This link holds no draft", detail: error.message })),
    );
  }, []);

  const start = useCallback(async () => {
    if (sending) return;
    setSending(true);
    setRefused(null);
    try {
      const evaluation = await submit(toSubmission(draft.get()));
      queryClient.setQueryData(["evaluation", evaluation.id], evaluation);
      setMarkers({ path: "", markers: [] });
      void queryClient.invalidateQueries({ queryKey: ["evaluations"] });
      setBefore(run ?? null);
      await navigate({ to: "/", search: { run: evaluation.id } });
      if (matchMedia("(max-width: 900px)").matches) result.current?.scrollIntoView({ behavior: "smooth" });
    } catch (error) {
      if (error instanceof Problem) setRefused(error);
      else throw error;
    } finally {
      setSending(false);
    }
  }, [navigate, sending, run]);

  // What a run will want stands ready by the time there is one.
  useEffect(() => {
    const timer = setTimeout(() => void import("../run/RunView"), 1_500);
    return () => clearTimeout(timer);
  }, []);

  const copy = useCallback(
    async (kind: CopyKind | "link") => {
      const text =
        kind === "link"
          ? `${window.location.origin}/#draft=${await packed(draft.get())}`
          : (await import("./copyAs")).copyAs(kind, toSubmission(draft.get()), window.location.origin, entrypoint);
      await copyText(
        text,
        kind === "link" ? "Copied a link that holds this draft." : `Copied for ${COPY_LABELS[kind]}.`,
      );
    },
    [entrypoint],
  );

  const open = useCallback(
    (frame: Frame) => {
      const isProgram = frame.path === entrypoint;
      const ran = run === undefined ? undefined : queryClient.getQueryData(submissionQuery(run).queryKey);
      const [then, now] = [ran, draft.get()].map((one) =>
        isProgram ? one?.code : one?.files?.find((file) => file.path === frame.path)?.content,
      );
      const line = then == null ? frame.line : whereNow(then, now ?? "", frame.line);
      if (line === null) {
        tell("This line isn't in the editor any more.", {
          label: "Show the program that ran",
          run: () => void navigate({ to: "/evaluations/$id", params: { id: run ?? "" } }),
        });
        return;
      }
      setFile(isProgram ? PROGRAM : frame.path);
      setPlace((before) => ({ line, column: frame.column, jump: (before?.jump ?? 0) + 1 }));
    },
    [entrypoint, run, navigate],
  );

  const commands = useMemo<Command[]>(
    () => [
      { id: "run", label: "Run the program", group: "Program", keys: "mod+Enter", run: () => void start() },
      ...(["curl", "python", "cli", "link"] as const).map((kind) => ({
        id: `copy ${kind}`,
        label: kind === "link" ? "Copy a link to this draft" : `Copy for ${COPY_LABELS[kind]}`,
        keywords: "share export",
        group: "Program",
        run: () => void copy(kind),
      })),
      {
        id: "schedule",
        label: "Have this program run at times",
        keywords: "schedule cron",
        group: "Program",
        run: () => void navigate({ to: "/schedules/new" }),
      },
      ...templates.map((template) => ({
        id: `template ${template.name}`,
        label: `${template.title}: ${template.about}`,
        keywords: "template example",
        group: "Template",
        run: () => beginWith(template),
      })),
      ...(runtimes ?? []).map((one) => ({
        id: `runtime ${one.name}`,
        label: `Use ${one.name}`,
        keywords: `runtime ${one.language} ${one.version}`,
        group: "Runtime",
        run: () => edit({ runtime: one.name }),
      })),
    ],
    [start, copy, runtimes, navigate],
  );
  useCommands(commands);

  const shownFile = current.files.find((one) => one.path === file);
  const path = shownFile ? shownFile.path : entrypoint;
  const isProgram = !shownFile || suffix(shownFile.path) === suffix(entrypoint);
  const text = shownFile ? (shownFile.encoding === "utf-8" ? shownFile.content : "") : current.code;
  const checked = useCheck(current, isProgram ? text : null, runtime?.language);

  return (
    <div
      className={classes.bench}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => event.currentTarget === event.target && setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void acceptDrop(event.dataTransfer).then(addFiles, complain);
      }}
    >
      <h1 className={classes.hidden}>Workbench</h1>
      <section className={classes.compose} aria-label="Program">
        <Toolbar runtimes={runtimes} current={current} sending={sending} start={start} copy={copy} />
        <div className={classes.sheet}>
          <FileTabs
            entrypoint={entrypoint}
            files={current.files}
            chosen={shownFile?.path ?? PROGRAM}
            choose={setFile}
            change={(files) => edit({ files })}
            add={addFiles}
          />
          <div className={classes.editor}>
            {shownFile?.encoding === "base64" ? (
              <p className={classes.binary}>This file holds bytes, not text. It is handed in as it is.</p>
            ) : (
              <Suspense fallback={<Waiting text={shownFile?.content ?? current.code} />}>
                <Editor
                  key={current.runtime}
                  path={path}
                  value={shownFile?.content ?? current.code}
                  markers={markers.path === path ? markers.markers : NONE}
                  findings={checked.state === "checked" ? checked.findings : NONE}
                  place={place}
                  onRun={() => void start()}
                  onChange={(value) => {
                    if (markers.markers.length > 0) setMarkers({ path: "", markers: [] });
                    if (!shownFile) edit({ code: value });
                    else
                      edit({
                        files: current.files.map((one) => (one === shownFile ? { ...one, content: value } : one)),
                      });
                  }}
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
        </div>
        <Inputs current={current} edit={edit} refused={refused} />
      </section>
      <section ref={result} className={classes.result} aria-label="Result">
        <Suspense fallback={<div className={classes.room} />}>
          {run ? (
            <RunView
              key={run}
              id={run}
              open={open}
              actions={
                before &&
                before !== run && (
                  <Button
                    variant="default"
                    leftSection={<IconArrowsDiff size={16} stroke={1.6} />}
                    onClick={() => void navigate({ to: "/compare", search: { left: before, right: run } })}
                  >
                    Compare with the run before
                  </Button>
                )
              }
            />
          ) : (
            <Recent />
          )}
        </Suspense>
      </section>
      <Suspense>{run && <Marked key={run} id={run} entrypoint={entrypoint} mark={setMarkers} />}</Suspense>
    </div>
  );
}

const NONE: readonly never[] = [];

function addFiles(added: readonly DraftFile[]): void {
  edit({ files: withFiles(draft.get().files, added) });
}

function suffix(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

const LONGEST_WAIT_MS = 1_000;

/** Once the page is painted and at rest; the program's text can be read meanwhile. */
function whenIdle(): Promise<void> {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in window) requestIdleCallback(() => resolve(), { timeout: LONGEST_WAIT_MS });
    else setTimeout(resolve, 1);
  });
}

/** What stands in the editor's place while it is loaded: the same text, to be read at once. */
function Waiting({ text }: { text: string }) {
  return <pre className={classes.waiting}>{text}</pre>;
}
