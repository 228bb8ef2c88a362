/** What narrows the list. Each change is at once in the address, so that a reload or a link shows the same. */
import { Button, Menu, NativeSelect, TextInput } from "@mantine/core";
import {
  IconAdjustments,
  IconBookmark,
  IconChevronDown,
  IconColumns,
  IconSearch,
  IconX,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { runtimesQuery } from "../api/queries";
import { useStore } from "../api/store";
import { OUTCOME_VALUES, STATUS_VALUES } from "../api/vocabulary";
import { Checkbox } from "../app/Checkbox";
import { tell } from "../app/Toasts";
import { useNarrow } from "../app/useNarrow";
import { Hostile } from "../text/Hostile";
import { plain } from "../text/visible";
import { OUTCOME_WORDS, STATUS_WORDS } from "../words/outcomes";
import { moment } from "../words/times";
import { columns, USUAL } from "./columns";
import { Export } from "./Export";
import classes from "./FilterBar.module.css";
import { type Filter, howNarrow, isNarrowed, widened } from "./filter";
import { forget, keep, views } from "./views";

const TYPING_MS = 250;

export function FilterBar({ filter, change }: { filter: Filter; change: (filter: Filter) => void }) {
  const narrow = useNarrow();
  const [opened, setOpened] = useState(false);
  const narrowing = howNarrow(filter);
  return (
    <div className={classes.bar}>
      <Typed
        label="Search"
        placeholder="Code, output, attempts, note, label, id"
        value={filter.text ?? ""}
        icon={<IconSearch size={15} />}
        className={classes.search}
        change={(text) => change({ ...filter, text: text || undefined })}
      />
      {narrow && (
        <Button
          variant="default"
          leftSection={<IconAdjustments size={15} stroke={1.6} />}
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          Filters
          {narrowing > 0 && <span className={classes.number}>{narrowing}</span>}
        </Button>
      )}
      {(!narrow || opened) && <Rest filter={filter} change={change} columns={!narrow} />}
    </div>
  );
}

/** All but the search, which is what there is room for on a phone until one asks for more. */
function Rest(given: { filter: Filter; change: (filter: Filter) => void; columns: boolean }) {
  const { filter, change } = given;
  const { data: runtimes } = useQuery(runtimesQuery);
  return (
    <>
      <Many
        name="Outcome"
        values={OUTCOME_VALUES}
        words={OUTCOME_WORDS}
        chosen={filter.outcome ?? []}
        change={(outcome) => change({ ...filter, outcome: outcome.length > 0 ? outcome : undefined })}
      />
      <Many
        name="Status"
        values={STATUS_VALUES}
        words={STATUS_WORDS}
        chosen={filter.status ?? []}
        change={(status) => change({ ...filter, status: status.length > 0 ? status : undefined })}
      />
      <Many
        name="Runtime"
        values={runtimes?.map((one) => one.name) ?? []}
        chosen={filter.runtime ?? []}
        change={(runtime) => change({ ...filter, runtime: runtime.length > 0 ? runtime : undefined })}
      />
      <NativeSelect
        aria-label="How far back"
        value={filter.within ?? ""}
        onChange={(event) =>
          change({ ...filter, within: (event.currentTarget.value || undefined) as Filter["within"] })
        }
        data={[
          { value: "", label: "Any time" },
          { value: "1h", label: "Last hour" },
          { value: "24h", label: "Last 24 hours" },
          { value: "7d", label: "Last 7 days" },
          { value: "30d", label: "Last 30 days" },
        ]}
      />
      {(filter.since || filter.until) && (
        <Button
          variant="default"
          data-narrowed
          className={classes.many}
          rightSection={<IconX size={14} />}
          aria-label={`Any time instead of ${span(filter)}`}
          onClick={() => change({ ...filter, since: undefined, until: undefined })}
        >
          {span(filter)}
        </Button>
      )}
      <Typed
        label="Label"
        placeholder="label or key=value"
        value={filter.label?.join(" ") ?? ""}
        className={classes.label}
        change={(text) => change({ ...filter, label: text.split(/\s+/).filter(Boolean) })}
      />
      <Checkbox
        size="xs"
        label="Refused something"
        checked={filter.attempted ?? false}
        onChange={(event) => change({ ...filter, attempted: event.currentTarget.checked || undefined })}
      />
      <Checkbox
        size="xs"
        label="Deleted, too"
        checked={filter.lifecycle?.includes("deleted") ?? false}
        onChange={(event) =>
          change({ ...filter, lifecycle: event.currentTarget.checked ? ["active", "deleted"] : undefined })
        }
      />
      <div className={classes.right}>
        {isNarrowed(filter) && (
          <Button
            variant="subtle"
            color="gray"
            leftSection={<IconX size={14} />}
            onClick={() => change(widened(filter))}
          >
            Clear
          </Button>
        )}
        <Views filter={filter} change={change} />
        {given.columns && <Columns filter={filter} change={change} />}
        <Export filter={filter} />
      </div>
    </>
  );
}

function span({ since, until }: Filter): string {
  return [since ? `from ${moment(since)}` : "", until ? `until ${moment(until)}` : ""].filter(Boolean).join(" ");
}

/** A field whose value is taken over once nothing was typed for a moment. */
function Typed(given: {
  label: string;
  placeholder: string;
  value: string;
  icon?: React.ReactNode;
  className?: string;
  change: (text: string) => void;
}) {
  const [text, setText] = useState(given.value);
  const latest = useRef(given.change);
  latest.current = given.change;
  useEffect(() => setText(given.value), [given.value]);
  useEffect(() => {
    if (text === given.value) return;
    const timer = setTimeout(() => latest.current(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, given.value]);
  return (
    <TextInput
      aria-label={given.label}
      placeholder={given.placeholder}
      leftSection={given.icon}
      className={given.className}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
    />
  );
}

function Many<T extends string>(given: {
  name: string;
  values: readonly T[];
  words?: Record<T, string>;
  chosen: readonly T[];
  change: (chosen: T[]) => void;
}) {
  const { name, values, words, chosen, change } = given;
  return (
    <Menu closeOnItemClick={false} position="bottom-start">
      <Menu.Target>
        <Button
          variant="default"
          rightSection={<IconChevronDown size={14} />}
          data-narrowed={chosen.length > 0 || undefined}
          className={classes.many}
        >
          {name}
          {chosen.length > 0 && <span className={classes.number}>{chosen.length}</span>}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {values.map((value) => {
          const on = chosen.includes(value);
          return (
            <Menu.CheckboxItem
              key={value}
              checked={on}
              onChange={() => change(on ? chosen.filter((one) => one !== value) : [...chosen, value])}
            >
              {words ? words[value] : value}
            </Menu.CheckboxItem>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}

function Views({ filter, change }: { filter: Filter; change: (filter: Filter) => void }) {
  const all = useStore(views);
  const [name, setName] = useState("");
  return (
    <Menu position="bottom-end" width={300}>
      <Menu.Target>
        <Button variant="default" leftSection={<IconBookmark size={15} stroke={1.6} />}>
          Views
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {all.map((view) => (
          <div key={view.name} className={classes.view}>
            <Menu.Item onClick={() => change(view.filter)}>
              <Hostile>{view.name}</Hostile>
            </Menu.Item>
            <button
              type="button"
              className={classes.forget}
              aria-label={`Forget the view ${plain(view.name)}`}
              onClick={() => forget(view.name)}
            >
              <IconX size={13} />
            </button>
          </div>
        ))}
        <Menu.Divider />
        <form
          className={classes.keep}
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim() === "") return;
            keep({ name: name.trim(), filter });
            tell(`Kept what is shown as “${name.trim()}”.`);
            setName("");
          }}
        >
          <TextInput
            aria-label="A name for what is shown"
            placeholder="Keep what is shown as …"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            onKeyDown={(event) => event.stopPropagation()}
          />
          <Button type="submit" variant="default" disabled={name.trim() === ""}>
            Keep
          </Button>
        </form>
      </Menu.Dropdown>
    </Menu>
  );
}

function Columns({ filter, change }: { filter: Filter; change: (filter: Filter) => void }) {
  const changes = filter.columns ?? [];
  const isShown = (id: string) => (USUAL.includes(id) ? !changes.includes(`-${id}`) : changes.includes(id));
  return (
    <Menu closeOnItemClick={false} position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconColumns size={15} stroke={1.6} />}>
          Columns
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {columns.slice(1).map((column) => {
          const id = column.id ?? "";
          const on = isShown(id);
          const without = changes.filter((one) => one !== id && one !== `-${id}`);
          const next = on === USUAL.includes(id) ? [...without, on ? `-${id}` : id] : without;
          return (
            <Menu.CheckboxItem
              key={id}
              checked={on}
              onChange={() => change({ ...filter, columns: next.length > 0 ? next : undefined })}
            >
              {String(column.header)}
            </Menu.CheckboxItem>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
