/** Short words about what was just done, or why it was not; said to screen readers, too. */
import { CloseButton } from "@mantine/core";
import { Store, useStore } from "../api/store";
import { Hostile } from "../text/Hostile";
import classes from "./Toasts.module.css";

/** What one may want to do about what was told. */
export interface Action {
  label: string;
  run: () => void;
}

interface Toast {
  id: number;
  title?: string;
  message: string;
  bad: boolean;
  action?: Action | undefined;
}

const SHOWN_MS = 4_500;
const LONG_SHOWN_MS = 10_000;
const MOST = 4;

const toasts = new Store<readonly Toast[]>([]);
let last = 0;

export function tell(message: string, action?: Action): void {
  show({ message, bad: false, action });
}

/** Says why something failed; a `Problem` brings its title. */
export function complain(problem: Error): void {
  const title = "title" in problem ? String(problem.title) : "That failed";
  show({ title, message: problem.message, bad: true });
}

function show(toast: Omit<Toast, "id">): void {
  last += 1;
  const id = last;
  toasts.set([...toasts.get(), { ...toast, id }].slice(-MOST));
  setTimeout(() => dismiss(id), toast.bad || toast.action ? LONG_SHOWN_MS : SHOWN_MS);
}

function dismiss(id: number): void {
  toasts.set(toasts.get().filter((toast) => toast.id !== id));
}

export function Toasts() {
  const shown = useStore(toasts);
  return (
    <div className={classes.toasts} aria-live="polite" role="status">
      {shown.map((toast) => (
        <div key={toast.id} className={classes.toast} data-bad={toast.bad || undefined}>
          <div className={classes.words}>
            {toast.title && <strong>{toast.title}</strong>}
            <Hostile>{toast.message}</Hostile>
            {toast.action && (
              <button
                type="button"
                className={classes.action}
                onClick={() => {
                  dismiss(toast.id);
                  toast.action?.run();
                }}
              >
                {toast.action.label}
              </button>
            )}
          </div>
          <CloseButton size="sm" aria-label="Dismiss" onClick={() => dismiss(toast.id)} />
        </div>
      ))}
    </div>
  );
}
