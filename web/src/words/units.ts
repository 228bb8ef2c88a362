/** Quantities as people read them. Bytes are binary, as the limits are. */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${trimmed(value, unit === 0 ? 0 : value < 10 ? 1 : 0)} ${UNITS[unit]}`;
}

export function seconds(value: number): string {
  if (value < 0.001) return "0 ms";
  if (value < 1) return `${Math.round(value * 1000)} ms`;
  if (value < 10) return `${trimmed(value, 2)} s`;
  if (value < 60) return `${trimmed(value, 1)} s`;
  if (value < 7200) return inTwo(Math.round(value), 60, "min", "s");
  return inTwo(Math.round(value / 60), 60, "h", "min");
}

/** Whole parts and what is left of them: `5 min 20 s`, `5 min`. */
function inTwo(value: number, size: number, large: string, small: string): string {
  const rest = value % size;
  return `${Math.floor(value / size)} ${large}${rest ? ` ${rest} ${small}` : ""}`;
}

export function count(value: number, noun: string, plural = `${noun}s`): string {
  return `${value.toLocaleString("en")} ${value === 1 ? noun : plural}`;
}

export function days(value: number): string {
  return count(value / 86_400, "day");
}

const SIZE = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?b?)?\s*$/i;

/** Reads `512 MiB`, `512m`, `0.5g` or `4096`; null for what is no size. */
export function parseBytes(text: string): number | null {
  const match = SIZE.exec(text);
  if (!match) return null;
  const power = ["", "k", "m", "g", "t"].indexOf((match[2] ?? "").toLowerCase());
  return Math.round(Number(match[1]) * 1024 ** power);
}

/** The same without loss, for a field that is edited: `1536 KiB`, never a rounded `1.5 MiB`. */
export function exactBytes(value: number): string {
  let unit = 0;
  let rest = value;
  while (rest >= 1024 && rest % 1024 === 0 && unit < UNITS.length - 1) {
    rest /= 1024;
    unit += 1;
  }
  return `${rest} ${UNITS[unit]}`;
}

function trimmed(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.0+$|(\.\d*?)0+$/, "$1");
}
