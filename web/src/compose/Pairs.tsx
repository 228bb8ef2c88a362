/** Names with values, as many as one wants: variables, labels. */
import { ActionIcon, Button, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import classes from "./Pairs.module.css";

export function Pairs(given: {
  what: string;
  first: string;
  pairs: [string, string][];
  onChange: (pairs: [string, string][]) => void;
}) {
  const { what, first, pairs, onChange } = given;
  const change = (index: number, pair: [string, string]) =>
    onChange(pairs.map((one, at) => (at === index ? pair : one)));
  return (
    <div className={classes.pairs}>
      {pairs.map(([name, value], index) => (
        <div key={index} className={classes.pair}>
          <TextInput
            aria-label={`${what} ${index + 1}, name`}
            placeholder={first}
            value={name}
            onChange={(event) => change(index, [event.currentTarget.value, value])}
            classNames={{ input: classes.mono }}
          />
          <TextInput
            aria-label={`${what} ${index + 1}, value`}
            placeholder="value"
            value={value}
            onChange={(event) => change(index, [name, event.currentTarget.value])}
            classNames={{ input: classes.mono }}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove ${what} ${index + 1}`}
            onClick={() => onChange(pairs.filter((_, at) => at !== index))}
          >
            <IconX size={15} />
          </ActionIcon>
        </div>
      ))}
      <Button
        variant="subtle"
        color="gray"
        leftSection={<IconPlus size={15} />}
        onClick={() => onChange([...pairs, ["", ""]])}
      >
        Add a {what}
      </Button>
    </div>
  );
}
