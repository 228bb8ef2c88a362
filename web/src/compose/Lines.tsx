/** Several lines of plain text that go in beside the program. */
import { Textarea } from "@mantine/core";
import classes from "./Inputs.module.css";

export function Lines(given: {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const { label, placeholder, value, onChange } = given;
  return (
    <Textarea
      aria-label={label}
      placeholder={placeholder}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      rows={5}
      classNames={{ input: classes.mono }}
    />
  );
}
