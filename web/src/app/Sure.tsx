/** A button for what can't be taken back: it asks once more in its own place, and lets go of it by itself. */
import { Button } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";

const ASKING_MS = 5_000;

export function Sure(given: {
  children: ReactNode;
  question: string;
  icon?: ReactNode;
  loading?: boolean;
  disabled?: boolean | undefined;
  act: () => void;
}) {
  const { children, question, icon, loading = false, disabled = false, act } = given;
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    if (!asking) return;
    const timer = setTimeout(() => setAsking(false), ASKING_MS);
    return () => clearTimeout(timer);
  }, [asking]);
  return (
    <Button
      variant={asking ? "filled" : "default"}
      leftSection={icon}
      loading={loading}
      disabled={disabled}
      aria-live="polite"
      onBlur={() => setAsking(false)}
      onClick={() => {
        if (asking) act();
        setAsking(!asking);
      }}
    >
      {asking ? question : children}
    </Button>
  );
}
