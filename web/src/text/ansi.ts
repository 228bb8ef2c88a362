/**
 * Turns a program's output, piece by piece, into lines that can be shown: colours (SGR) take effect, and nothing
 * else does. Escapes that move the cursor, set the window's title, make links or ask the terminal to answer stand
 * there as they were written. A carriage return begins the line anew, as a progress bar means it, and the line says
 * how often that happened.
 *
 * Colours are limited to the theme's sixteen, and backgrounds to tints of them: text in the colour of its
 * background would be a way to hide it. Concealed text (SGR 8) is shown for the same reason.
 */
import { pieces } from "./visible";

interface Style {
  color?: number;
  background?: number;
  bold?: boolean;
  dim?: boolean;
  italic?: boolean;
  underline?: boolean;
  strike?: boolean;
}

export interface Segment {
  text: string;
  style?: Style;
  hidden?: boolean;
}

export interface Line {
  segments: Segment[];
  length: number;
  /** How often the program went back and wrote over this line. */
  overwrites: number;
  /** Whether this goes on in the next row: there was no line break, but a line this long can't be shown. */
  continued: boolean;
}

export const LONGEST_LINE = 2_000;
const MOST_SEGMENTS = 200;
const LONGEST_ESCAPE = 64;

function emptyLine(): Line {
  return { segments: [], length: 0, overwrites: 0, continued: false };
}

export class AnsiLines {
  #line: Line = emptyLine();
  #style: Style = {};
  #returned = false;
  #escape = "";

  /** The line that no break has ended yet. */
  get open(): Line {
    return this.#line;
  }

  /** Takes the next piece of output and returns the lines that it completed. */
  feed(text: string): Line[] {
    const complete: Line[] = [];
    const all = this.#escape + text;
    this.#escape = "";
    let at = 0;
    while (at < all.length) {
      const next = nextControl(all, at);
      if (next > at) {
        this.#write(all.slice(at, next), complete);
        at = next;
      }
      if (at >= all.length) break;
      const control = all[at];
      if (control === "\n") {
        complete.push(this.#end(false));
        this.#returned = false;
        at += 1;
      } else if (control === "\r") {
        this.#returned = this.#line.length > 0;
        at += 1;
      } else {
        const length = escapeLength(all, at);
        if (length === null) {
          this.#escape = all.slice(at);
          break;
        }
        this.#apply(all.slice(at, at + length), complete);
        at += length;
      }
    }
    return complete;
  }

  #write(text: string, complete: Line[]): void {
    if (this.#returned) {
      this.#line = { ...emptyLine(), overwrites: this.#line.overwrites + 1 };
      this.#returned = false;
    }
    for (let rest = text; rest.length > 0; ) {
      const room = LONGEST_LINE - this.#line.length;
      if (room <= 0) {
        complete.push(this.#end(true));
        continue;
      }
      const part = splitAt(rest, room);
      this.#append(part);
      rest = rest.slice(part.length);
    }
  }

  #append(text: string): void {
    this.#line.length += text.length;
    const style = isPlain(this.#style) ? undefined : this.#style;
    for (const piece of pieces(text)) {
      const last = this.#line.segments.at(-1);
      const full = this.#line.segments.length >= MOST_SEGMENTS;
      if (last && (full || (last.style === style && Boolean(last.hidden) === piece.hidden)))
        last.text += piece.text;
      else this.#line.segments.push({ text: piece.text, style, hidden: piece.hidden || undefined });
    }
  }

  #apply(sequence: string, complete: Line[]): void {
    const colours = /^\u001b\[([\d;:]*)m$/.exec(sequence);
    if (colours) this.#style = restyled(this.#style, colours[1] ?? "");
    else this.#write(sequence, complete);
  }

  #end(continued: boolean): Line {
    const line = this.#line;
    line.continued = continued;
    this.#line = emptyLine();
    return line;
  }
}

function nextControl(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x0a || code === 0x0d || code === 0x1b) return at;
  }
  return text.length;
}

/** Cuts before `room` without tearing a surrogate pair apart. */
function splitAt(text: string, room: number): string {
  if (text.length <= room) return text;
  const code = text.charCodeAt(room - 1);
  return text.slice(0, room > 1 && code >= 0xd800 && code <= 0xdbff ? room - 1 : room);
}

/** How long the escape at this place is; null where its end has not come yet. Only CSI is read as a whole. */
function escapeLength(text: string, at: number): number | null {
  if (at + 1 >= text.length) return null;
  if (text[at + 1] !== "[") return 1;
  for (let end = at + 2; end < text.length && end < at + LONGEST_ESCAPE; end += 1) {
    const code = text.charCodeAt(end);
    if (code >= 0x40 && code <= 0x7e) return end + 1 - at;
    if (code < 0x20 || code > 0x3f) return 1;
  }
  return text.length < at + LONGEST_ESCAPE ? null : 1;
}

function isPlain(style: Style): boolean {
  return Object.keys(style).length === 0;
}

function restyled(before: Style, parameters: string): Style {
  const codes = parameters.split(/[;:]/).map((code) => (code === "" ? 0 : Number(code)));
  let style: Style = { ...before };
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 0) style = {};
    else if (code === 1) style.bold = true;
    else if (code === 2) style.dim = true;
    else if (code === 3) style.italic = true;
    else if (code === 4) style.underline = true;
    else if (code === 9) style.strike = true;
    else if (code === 22) {
      delete style.bold;
      delete style.dim;
    } else if (code === 23) delete style.italic;
    else if (code === 24) delete style.underline;
    else if (code === 29) delete style.strike;
    else if (code >= 30 && code <= 37) style.color = code - 30;
    else if (code === 39) delete style.color;
    else if (code >= 40 && code <= 47) style.background = code - 40;
    else if (code === 49) delete style.background;
    else if (code >= 90 && code <= 97) style.color = code - 90 + 8;
    else if (code >= 100 && code <= 107) style.background = code - 100 + 8;
    else if (code === 38 || code === 48) {
      const [color, used] = extendedColor(codes.slice(at + 1));
      if (color !== null) style[code === 38 ? "color" : "background"] = color;
      at += used;
    }
  }
  return style;
}

/** Reads `5;n` or `2;r;g;b`; returns the nearest of the sixteen and how many parameters that took. */
function extendedColor(codes: number[]): [number | null, number] {
  if (codes[0] === 5) return [nearest(ofPalette(codes[1] ?? 0)), 2];
  if (codes[0] === 2) return [nearest([codes[1] ?? 0, codes[2] ?? 0, codes[3] ?? 0]), 4];
  return [null, codes.length];
}

type Rgb = [number, number, number];

function ofPalette(index: number): Rgb {
  const sixteen = SIXTEEN[index];
  if (sixteen) return sixteen;
  if (index >= 232) return [8 + 10 * (index - 232), 8 + 10 * (index - 232), 8 + 10 * (index - 232)];
  const level = (step: number) => (step === 0 ? 0 : 55 + 40 * step);
  const cube = index - 16;
  return [level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)];
}

const SIXTEEN: readonly Rgb[] = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
  [127, 127, 127],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [92, 92, 255],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
];

function nearest([red, green, blue]: Rgb): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  SIXTEEN.forEach(([r, g, b], index) => {
    const distance = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
    if (distance < least) [best, least] = [index, distance];
  });
  return best;
}
