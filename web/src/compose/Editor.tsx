/** Monaco as a React component: one model a file, so that each keeps its history, place and folds. */
import "@fontsource-variable/geist-mono/wght.css";
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import type { Finding } from "../api/types";
import { plain } from "../text/visible";
import { columnOf } from "./check";
import classes from "./Editor.module.css";
import { languageOf, monaco, OPTIONS } from "./monaco";

export interface Marker {
  line: number;
  message: string;
}

export interface Place {
  line: number;
  column?: number;
  /** Grows with each jump, so that the same place can be gone to again. */
  jump: number;
}

export default function Editor(given: {
  path: string;
  value: string;
  onChange: (value: string) => void;
  markers: readonly Marker[];
  /** What the runtime's parser objects to. */
  findings: readonly Finding[];
  place: Place | null;
  onRun: () => void;
}) {
  const { path, value, onChange, markers, findings, place, onRun } = given;
  const box = useRef<HTMLDivElement>(null);
  const editor = useRef<monaco.editor.IStandaloneCodeEditor | null>(null);
  const models = useRef(new Map<string, monaco.editor.ITextModel>());
  const latest = useRef({ onChange, onRun });
  latest.current = { onChange, onRun };
  const scheme = useComputedColorScheme("light");

  useEffect(() => {
    if (!box.current) return;
    const made = monaco.editor.create(box.current, {
      ...OPTIONS,
      model: null,
      ariaLabel: "The program. Press Ctrl+M to let Tab leave the editor.",
    });
    editor.current = made;
    made.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter, () => latest.current.onRun());
    made.onDidChangeModelContent(() => latest.current.onChange(made.getValue()));
    const known = models.current;
    return () => {
      made.dispose();
      for (const model of known.values()) model.dispose();
      known.clear();
    };
  }, []);

  useEffect(() => monaco.editor.setTheme(`crucible-${scheme}`), [scheme]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the value is carried over by the next effect
  useEffect(() => {
    let model = models.current.get(path);
    if (!model) {
      model = monaco.editor.createModel(value, languageOf(path));
      model.updateOptions({
        bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false },
      });
      models.current.set(path, model);
    }
    editor.current?.setModel(model);
  }, [path]);

  useEffect(() => {
    const model = editor.current?.getModel();
    if (model && model.getValue() !== value) {
      model.pushEditOperations([], [{ range: model.getFullModelRange(), text: value }], () => null);
    }
  }, [value]);

  useEffect(() => {
    const model = models.current.get(path);
    if (!model) return;
    const lines = model.getLineCount();
    const shown = markers.filter((marker) => marker.line >= 1 && marker.line <= lines);
    monaco.editor.setModelMarkers(
      model,
      "run",
      shown.map(({ line, message }) => ({
        severity: monaco.MarkerSeverity.Error,
        message,
        startLineNumber: line,
        endLineNumber: line,
        startColumn: model.getLineFirstNonWhitespaceColumn(line) || 1,
        endColumn: model.getLineMaxColumn(line),
      })),
    );
    const decorations = editor.current?.createDecorationsCollection(
      shown.map(({ line }) => ({
        range: new monaco.Range(line, 1, line, 1),
        options: { isWholeLine: true, className: classes.failed, linesDecorationsClassName: classes.gutter },
      })),
    );
    return () => decorations?.clear();
  }, [markers, path]);

  useEffect(() => {
    const model = models.current.get(path);
    if (model)
      monaco.editor.setModelMarkers(
        model,
        "check",
        findings.map((finding) => underline(model, finding)),
      );
  }, [findings, path]);

  useEffect(() => {
    if (!place || !editor.current) return;
    const position = { lineNumber: place.line, column: place.column ?? 1 };
    editor.current.revealLineInCenterIfOutsideViewport(place.line);
    editor.current.setPosition(position);
    editor.current.focus();
  }, [place]);

  return <div ref={box} className={classes.editor} data-testid="editor" />;
}

/** Under the word at its place, where the parser says no end; under the line, where it says no place. */
function underline(model: monaco.editor.ITextModel, finding: Finding): monaco.editor.IMarkerData {
  const line = Math.min(finding.line, model.getLineCount());
  const last = Math.min(finding.end_line ?? line, model.getLineCount());
  const column = finding.column ? columnOf(model.getLineContent(line), finding.column) : null;
  const word = column ? model.getWordAtPosition({ lineNumber: line, column }) : null;
  const end = finding.end_column ? columnOf(model.getLineContent(last), finding.end_column) : word?.endColumn;
  const full = model.getLineMaxColumn(line);
  const from = Math.min(column ?? (model.getLineFirstNonWhitespaceColumn(line) || 1), Math.max(1, full - 1));
  return {
    severity: finding.severity === "error" ? monaco.MarkerSeverity.Error : monaco.MarkerSeverity.Warning,
    message: plain(finding.message),
    startLineNumber: line,
    startColumn: from,
    endLineNumber: last,
    endColumn: column ? (end ?? from + 1) : full,
  };
}
