/**
 * The editor, with the languages that runtimes have and the features that a program of some pages wants. This chunk is
 * the largest of the console and is loaded when an editor is first shown. Links are not a feature here: a program
 * that somebody else wrote must not bring one to its addresses.
 */
import * as monaco from "monaco-editor/editor";
import "monaco-editor/features/bracketMatching/register";
import "monaco-editor/features/clipboard/register";
import "monaco-editor/features/comment/register";
import "monaco-editor/features/contextmenu/register";
import "monaco-editor/features/cursorUndo/register";
import "monaco-editor/features/diffEditor/register";
import "monaco-editor/features/find/register";
import "monaco-editor/features/folding/register";
import "monaco-editor/features/gotoError/register";
import "monaco-editor/features/gotoLine/register";
import "monaco-editor/features/hover/register";
import "monaco-editor/features/indentation/register";
import "monaco-editor/features/linesOperations/register";
import "monaco-editor/features/multicursor/register";
import "monaco-editor/features/unicodeHighlighter/register";
import "monaco-editor/features/wordHighlighter/register";
import "monaco-editor/features/wordOperations/register";
import "monaco-editor/languages/definitions/cpp/register";
import "monaco-editor/languages/definitions/javascript/register";
import "monaco-editor/languages/definitions/python/register";
import "monaco-editor/languages/definitions/shell/register";
import EditorWorker from "monaco-editor/editor/editor.worker?worker";

globalThis.MonacoEnvironment = { getWorker: () => new EditorWorker() };

const RULES = {
  light: [
    ["comment", "6f675f"],
    ["keyword", "a33209"],
    ["string", "1b7043"],
    ["number", "95308f"],
    ["delimiter", "57504a"],
    ["identifier", "1f1c19"],
    ["type", "1d62b0"],
  ],
  dark: [
    ["comment", "8c847a"],
    ["keyword", "ff9a6c"],
    ["string", "86d3a4"],
    ["number", "e2a6dc"],
    ["delimiter", "b8b0a5"],
    ["identifier", "ede8e0"],
    ["type", "8fbdf2"],
  ],
} as const;

const COLORS = {
  light: {
    "editor.background": "#ffffff",
    "editor.foreground": "#1f1c19",
    "editorLineNumber.foreground": "#8a8178",
    "editorLineNumber.activeForeground": "#57504a",
    "editor.selectionBackground": "#f6d9c9",
    "editor.lineHighlightBackground": "#f7f5f1",
    "editor.lineHighlightBorder": "#00000000",
    "editorCursor.foreground": "#b93c0c",
    "editorIndentGuide.background1": "#ece7de",
    "editorWidget.background": "#ffffff",
    "editorWidget.border": "#e4dfd6",
    "editorError.foreground": "#b4232f",
    "scrollbarSlider.background": "#cfc8bc80",
    focusBorder: "#b93c0c",
  },
  dark: {
    "editor.background": "#1b1917",
    "editor.foreground": "#ede8e0",
    "editorLineNumber.foreground": "#766e65",
    "editorLineNumber.activeForeground": "#b8b0a5",
    "editor.selectionBackground": "#4d2c1d",
    "editor.lineHighlightBackground": "#211e1b",
    "editor.lineHighlightBorder": "#00000000",
    "editorCursor.foreground": "#f58250",
    "editorIndentGuide.background1": "#2e2a26",
    "editorWidget.background": "#23201d",
    "editorWidget.border": "#443f39",
    "editorError.foreground": "#f4868a",
    "scrollbarSlider.background": "#443f3980",
    focusBorder: "#f58250",
  },
};

for (const scheme of ["light", "dark"] as const) {
  monaco.editor.defineTheme(`crucible-${scheme}`, {
    base: scheme === "dark" ? "vs-dark" : "vs",
    inherit: true,
    rules: RULES[scheme].map(([token, foreground]) => ({ token, foreground })),
    colors: COLORS[scheme],
  });
}

const LANGUAGES: Record<string, string> = {
  py: "python",
  js: "javascript",
  mjs: "javascript",
  sh: "shell",
  c: "cpp",
  h: "cpp",
  cpp: "cpp",
  hpp: "cpp",
};

export function languageOf(path: string): string {
  return LANGUAGES[path.split(".").at(-1)?.toLowerCase() ?? ""] ?? "plaintext";
}

export const OPTIONS: monaco.editor.IEditorOptions & monaco.editor.IGlobalEditorOptions = {
  automaticLayout: true,
  fontFamily: "'Geist Mono Variable', ui-monospace, monospace",
  fontSize: 13,
  lineHeight: 21,
  minimap: { enabled: false },
  scrollBeyondLastLine: false,
  padding: { top: 12, bottom: 12 },
  renderLineHighlight: "line",
  overviewRulerLanes: 0,
  hideCursorInOverviewRuler: true,
  lineNumbersMinChars: 4,
  folding: true,
  links: false,
  smoothScrolling: true,
  fixedOverflowWidgets: true,
  scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10, alwaysConsumeMouseWheel: false },
  unicodeHighlight: { ambiguousCharacters: true, invisibleCharacters: true, nonBasicASCII: false },
};

export { monaco };
