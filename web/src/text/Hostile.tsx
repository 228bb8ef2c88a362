/** Text that a program or a stranger wrote, on one line or several: never markup, never a link, nothing hidden. */
import { Fragment } from "react";
import classes from "./Hostile.module.css";
import { pieces } from "./visible";

export function Hostile({ children, lines = false }: { children: string; lines?: boolean }) {
  if (!lines) return <bdi className={classes.text}>{marked(children)}</bdi>;
  return (
    <span className={classes.lines}>
      {children.split("\n").map((line, index) => (
        <Fragment key={index}>
          {index > 0 && "\n"}
          <bdi>{marked(line)}</bdi>
        </Fragment>
      ))}
    </span>
  );
}

export function marked(text: string) {
  return pieces(text).map((piece, index) =>
    piece.hidden ? (
      <span key={index} className={classes.hidden} title="A character that is not shown as it is">
        {piece.text}
      </span>
    ) : (
      <Fragment key={index}>{piece.text}</Fragment>
    ),
  );
}
