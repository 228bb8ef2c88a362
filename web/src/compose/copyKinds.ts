/** For what a draft can be copied. How is loaded once it is asked for. */
export type CopyKind = "curl" | "python" | "cli";

export const COPY_LABELS: Record<CopyKind, string> = { curl: "curl", python: "Python", cli: "the command line" };
