/** Everything that can be done here, found by a few letters; or that alone which has keys of its own. */
import "@mantine/core/styles/Overlay.css";
import "@mantine/core/styles/Paper.css";
import "@mantine/core/styles/ModalBase.css";
import "@mantine/core/styles/Modal.css";
import { Modal } from "@mantine/core";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { useStore } from "../api/store";
import { type Command, commands, shown } from "./commands";
import classes from "./Palette.module.css";

export default function Palette({ keys, close }: { keys: boolean; close: () => void }) {
  const every = useStore(commands);
  const all = useMemo(() => (keys ? every.filter((one) => one.keys) : every), [every, keys]);
  const name = keys ? "Keyboard shortcuts" : "Commands";
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const list = useId();
  const found = useMemo(() => matching(all, text), [all, text]);
  const current = Math.min(chosen, Math.max(0, found.length - 1));
  const active = useRef<HTMLDivElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the choice is what moves it into view
  useEffect(() => {
    void active.current?.scrollIntoView({ block: "nearest" });
  }, [current]);

  const run = (command: Command | undefined) => {
    if (!command) return;
    close();
    command.run();
  };

  return (
    <Modal.Root opened onClose={close} size={560} yOffset="12vh" padding={0}>
      <Modal.Overlay backgroundOpacity={0.35} />
      <Modal.Content aria-label={name} radius="lg">
        <input
          className={classes.input}
          role="combobox"
          aria-expanded
          aria-controls={found.length > 0 ? list : undefined}
          aria-activedescendant={found[current] ? `${list}-${current}` : undefined}
          aria-label="Find a command"
          placeholder={keys ? "Keyboard shortcuts of this page" : "What do you want to do?"}
          value={text}
          data-autofocus
          onChange={(event) => {
            setText(event.currentTarget.value);
            setChosen(0);
          }}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") setChosen(Math.min(found.length - 1, current + 1));
            else if (event.key === "ArrowUp") setChosen(Math.max(0, current - 1));
            else if (event.key === "Enter") run(found[current]);
            else return;
            event.preventDefault();
          }}
        />
        {found.length === 0 ? (
          <p className={classes.none} role="status">
            Nothing here does that.
          </p>
        ) : (
          <div id={list} role="listbox" aria-label={name} className={classes.list} tabIndex={-1}>
            {found.map((command, index) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the input above has the keys
              <div
                key={command.id}
                id={`${list}-${index}`}
                ref={index === current ? active : undefined}
                role="option"
                aria-selected={index === current}
                className={classes.command}
                onMouseMove={() => setChosen(index)}
                onClick={() => run(command)}
              >
                <span className={classes.group}>{command.group}</span>
                <span className={classes.label}>{command.label}</span>
                {command.keys && (
                  <span className={classes.keys}>
                    {shown(command.keys).map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </span>
                )}
              </div>
            ))}
          </div>
        )}
      </Modal.Content>
    </Modal.Root>
  );
}

function matching(all: readonly Command[], text: string): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return all.filter((command) => {
    const description = `${command.group} ${command.label} ${command.keywords ?? ""}`.toLowerCase();
    return words.every((word) => description.includes(word));
  });
}
