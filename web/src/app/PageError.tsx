import { Button } from "@mantine/core";
import { Problem } from "../api/problem";
import { Refusal, State } from "./State";

/** What a page shows instead of itself where it broke: the server's reason, or that it is the console's own defect. */
export function PageError({ error, reset }: { error: unknown; reset?: () => void }) {
  if (error instanceof Problem) return <Refusal problem={error} retry={reset} />;
  const detail = error instanceof Error ? error.message : String(error);
  return (
    <State
      title="This page broke"
      detail={`A defect of the console’s, not of your program: ${detail}`}
      tone="crucible"
    >
      <Button onClick={() => window.location.reload()}>Load it anew</Button>
    </State>
  );
}
