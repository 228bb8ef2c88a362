/** The text of one row of output: its colours, what was hidden in it, and what is looked for. */
import type { Line, Segment } from "../text/ansi";
import classes from "./RowText.module.css";
import { textOf } from "./rows";

export function RowText({ line, query }: { line: Line; query: string }) {
  return (
    <bdi className={classes.text}>
      {line.overwrites > 0 && (
        <span
          className={classes.mark}
          title={`The program went back and wrote over this line ${line.overwrites} times`}
        >
          ⟲{line.overwrites}{" "}
        </span>
      )}
      {query && textOf(line).toLowerCase().includes(query.toLowerCase())
        ? highlighted(textOf(line), query)
        : line.segments.map((segment, index) => <Piece key={index} segment={segment} />)}
      {line.continued && <span className={classes.mark}>↩</span>}
    </bdi>
  );
}

function Piece({ segment }: { segment: Segment }) {
  const { style, hidden, text } = segment;
  if (hidden) return <span className={classes.hidden}>{text}</span>;
  if (!style) return <>{text}</>;
  return (
    <span
      className={[style.dim && classes.dim, style.underline && classes.underline, style.strike && classes.strike]
        .filter(Boolean)
        .join(" ")}
      style={{
        color: style.color === undefined ? undefined : `var(--ansi-${style.color})`,
        background:
          style.background === undefined
            ? undefined
            : `color-mix(in srgb, var(--ansi-${style.background}) 16%, transparent)`,
        fontWeight: style.bold ? 650 : undefined,
        fontStyle: style.italic ? "italic" : undefined,
      }}
    >
      {text}
    </span>
  );
}

function highlighted(text: string, query: string) {
  const parts: React.ReactNode[] = [];
  const lower = text.toLowerCase();
  const wanted = query.toLowerCase();
  let end = 0;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, end)) {
    parts.push(text.slice(end, at), <mark key={at}>{text.slice(at, at + wanted.length)}</mark>);
    end = at + wanted.length;
  }
  return [...parts, text.slice(end)];
}
