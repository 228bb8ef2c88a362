/** A form for what is made of files: they are chosen, or a folder of them, or dropped on it. */
import { Button, FileButton } from "@mantine/core";
import { IconFileImport, IconFolder } from "@tabler/icons-react";
import { type ReactNode, useRef } from "react";
import classes from "./FromFiles.module.css";

export function FromFiles(given: {
  label: string;
  folder: { button: string; label: string };
  take: (files: File[]) => void;
  submit: () => void;
  /** What stands beside the two buttons: other fields, and the button that submits. */
  fields: ReactNode;
  children: ReactNode;
}) {
  const { label, folder, take, submit, fields, children } = given;
  return (
    <form
      className={classes.form}
      aria-label={label}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        take([...event.dataTransfer.files]);
      }}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className={classes.fields}>
        <ChooseFiles folder={folder} take={take} />
        {fields}
      </div>
      {children}
    </form>
  );
}

/** The buttons that choose files, and a folder of them, for a form that has other fields, too. */
export function ChooseFiles(given: { folder: { button: string; label: string }; take: (files: File[]) => void }) {
  const { folder, take } = given;
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <FileButton multiple onChange={take}>
        {(button) => (
          <Button
            variant="default"
            leftSection={<IconFileImport size={16} stroke={1.6} />}
            onClick={button.onClick}
          >
            Choose a file
          </Button>
        )}
      </FileButton>
      <Button
        variant="default"
        leftSection={<IconFolder size={16} stroke={1.6} />}
        onClick={() => picker.current?.click()}
      >
        {folder.button}
      </Button>
      <input
        ref={picker}
        type="file"
        hidden
        multiple
        aria-label={folder.label}
        {...{ webkitdirectory: "" }}
        onChange={(event) => take([...(event.currentTarget.files ?? [])])}
      />
    </>
  );
}
