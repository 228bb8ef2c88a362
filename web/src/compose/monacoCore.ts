/** The editor without its features, as a step of its own in what is loaded: see `Workbench`. */
export * from "monaco-editor/editor";
