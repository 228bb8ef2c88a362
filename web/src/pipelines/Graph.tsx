/**
 * A pipeline, drawn: its stages as buttons, which the keyboard reaches one by one and by the arrows along the lines,
 * over lines that only the eye needs: what a stage needs is said in its words, too.
 */
import { useMemo, useRef } from "react";
import { Dot } from "../app/Dot";
import { useNarrow } from "../app/useNarrow";
import { Hostile } from "../text/Hostile";
import type { Tone } from "../words/outcomes";
import classes from "./Graph.module.css";
import { type Layout, type Line, layOut, type Place } from "./layout";

export interface Drawn {
  name: string;
  needs: readonly string[];
  tone: Tone;
  words: string;
  note?: string;
  /** Something of it was refused. */
  wrong?: boolean;
}

const WIDE = { along: 204, across: 58, alongGap: 52, acrossGap: 18 };
/** The same turned: on a phone a pipeline goes downwards. */
const NARROW = { along: 58, across: 156, alongGap: 34, acrossGap: 12 };
const PADDING = 4;

export function Graph(given: {
  stages: readonly Drawn[];
  chosen: string | undefined;
  choose: (name: string) => void;
}) {
  const { stages, chosen, choose } = given;
  const narrow = useNarrow();
  const size = narrow ? NARROW : WIDE;
  const layout = useMemo(() => layOut(stages, size), [stages, size]);
  const box = useRef<HTMLDivElement>(null);
  const [width, height] = narrow ? [layout.across, layout.along] : [layout.along, layout.across];
  const places = new Map(layout.places.map((place) => [place.name, place]));

  const go = (event: React.KeyboardEvent, from: string) => {
    const to = neighbour(layout, stages, from, turned(event.key, narrow));
    if (to === null) return;
    event.preventDefault();
    box.current?.querySelector<HTMLElement>(`[data-stage="${CSS.escape(to)}"]`)?.focus();
  };

  return (
    <div ref={box} className={classes.scroll}>
      <div
        role="group"
        aria-label="Stages"
        className={classes.graph}
        style={{ width: width + 2 * PADDING, height: height + 2 * PADDING }}
      >
        <svg className={classes.lines} aria-hidden="true" width="100%" height="100%">
          {layout.lines.map((line) => (
            <path
              key={`${line.from} ${line.to}`}
              d={pathOf(line, narrow)}
              data-tone={stages.find((one) => one.name === line.from)?.tone}
              data-chosen={line.from === chosen || line.to === chosen || undefined}
            />
          ))}
        </svg>
        {stages.map((stage) => {
          const place = places.get(stage.name);
          if (!place) return null;
          const [x, y] = narrow ? [place.across, place.along] : [place.along, place.across];
          return (
            <button
              key={stage.name}
              type="button"
              data-stage={stage.name}
              data-tone={stage.tone}
              data-wrong={stage.wrong || undefined}
              aria-pressed={stage.name === chosen}
              className={classes.stage}
              style={{
                left: x + PADDING,
                top: y + PADDING,
                width: narrow ? size.across : size.along,
                height: narrow ? size.along : size.across,
              }}
              onClick={() => choose(stage.name)}
              onKeyDown={(event) => go(event, stage.name)}
            >
              <span className={classes.name}>
                <Hostile>{stage.name}</Hostile>
              </span>
              <span className={classes.words}>
                <Dot tone={stage.tone} />
                <span>{stage.words}</span>
                {stage.note && <span className={classes.note}>{stage.note}</span>}
              </span>
              {stage.needs.length > 0 && (
                <span className={classes.said}>
                  needs <Hostile>{stage.needs.join(", ")}</Hostile>
                </span>
              )}
            </button>
          );
        })}
      </div>
    </div>
  );
}

type Way = "on" | "back" | "before" | "after";

function turned(key: string, narrow: boolean): Way | null {
  const ways: Record<string, Way> = narrow
    ? { ArrowDown: "on", ArrowUp: "back", ArrowLeft: "before", ArrowRight: "after" }
    : { ArrowRight: "on", ArrowLeft: "back", ArrowUp: "before", ArrowDown: "after" };
  return ways[key] ?? null;
}

/** The stage that an arrow leads to: along a line, or to the next one of its layer. */
export function neighbour(
  layout: Layout,
  stages: readonly Pick<Drawn, "name" | "needs">[],
  from: string,
  way: Way | null,
): string | null {
  const here = layout.places.find((place) => place.name === from);
  if (!here || way === null) return null;
  const nearest = (found: readonly Place[]) =>
    [...found].sort((left, right) => Math.abs(left.across - here.across) - Math.abs(right.across - here.across))[0]
      ?.name ?? null;
  if (way === "on")
    return nearest(
      layout.places.filter((place) => stages.find((one) => one.name === place.name)?.needs.includes(from)),
    );
  if (way === "back") {
    const needs = stages.find((one) => one.name === from)?.needs ?? [];
    return nearest(layout.places.filter((place) => needs.includes(place.name)));
  }
  const side = way === "before" ? -1 : 1;
  return nearest(
    layout.places.filter((place) => place.layer === here.layer && Math.sign(place.across - here.across) === side),
  );
}

/** Straight beside a stage, and bent in between, so that a line is followed at a glance. */
function pathOf({ points }: Line, narrow: boolean): string {
  const at = (along: number, across: number) =>
    narrow ? `${across + PADDING} ${along + PADDING}` : `${along + PADDING} ${across + PADDING}`;
  let path = "";
  points.forEach(([along, across], index) => {
    const before = points[index - 1];
    if (!before) path = `M ${at(along, across)}`;
    else {
      const bend = (along - before[0]) / 2;
      path += ` C ${at(before[0] + bend, before[1])}, ${at(along - bend, across)}, ${at(along, across)}`;
    }
  });
  return path;
}
