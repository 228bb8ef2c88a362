import { Button } from "@mantine/core";
import { Problem } from "../api/problem";
import { Refusal, State } from "./State";

/** What a page shows instead of itself where it broke: the server's reason, or that it is the console's own defect. */
export function PageError({ error, reset }: { error: unknown; reset?: () => void }) {
  if (error instanceof Problem) return <Refusal page problem={error} retry={reset} />;
  if (isUnloaded(error)) {
    return (
      <State
        page
        title="Crucible can’t be reached"
        detail="This page is loaded when it is first shown, and the server did not answer. It may have stopped, or have been replaced by a later one."
        tone="program"
      >
        <Button onClick={() => window.location.reload()}>Try again</Button>
      </State>
    );
  }
  const detail = error instanceof Error ? error.message : String(error);
  return (
    <State
      page
      title="This page broke"
      detail={`A defect of the console’s, not of your program: ${detail}`}
      tone="crucible"
    >
      <Button onClick={() => window.location.reload()}>Load it anew</Button>
    </State>
  );
}

/** Whether a part of the console did not arrive; each browser says so in words of its own. */
function isUnloaded(error: unknown): boolean {
  return (
    error instanceof Error &&
    /dynamically imported module|Importing a module script failed|Unable to preload/.test(error.message)
  );
}
