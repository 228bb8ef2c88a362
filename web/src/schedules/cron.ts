/**
 * A cron line in words, as it is typed. What it can't put in words is `null`: then the times themselves, which the
 * server works out, have to do. Fields and their meaning as in crontab(5).
 */

interface Field {
  /** Whether it begins with a star: where both days do not, either of them is enough. */
  any: boolean;
  /** `n` of a field that is `*` or `*` `/n` and nothing else. */
  step: number | null;
  values: readonly number[];
  /** Runs of values that follow each other. */
  runs: readonly (readonly [from: number, to: number])[];
}

const MONTHS = "January February March April May June July August September October November December".split(" ");
const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");
const MOST_TIMES = 6;

export function inWords(line: string): string | null {
  const parts = line.trim().split(/\s+/);
  if (parts.length !== 5) return null;
  const [minute, hour, day, month, weekday] = [
    read(parts[0], 0, 59),
    read(parts[1], 0, 23),
    read(parts[2], 1, 31),
    read(parts[3], 1, 12, MONTHS, 1),
    read(parts[4], 0, 7, DAYS),
  ];
  if (!minute || !hour || !day || !month || !weekday) return null;
  const days = daysInWords(day, weekday);
  if (days === null) return null;
  const months = month.step === 1 ? "" : `in ${joined(month.runs, (value) => MONTHS[value - 1] ?? "")}`;
  const [times, often] = timesInWords(minute, hour);
  const when = [days || (often || months ? "" : "every day"), months].filter(Boolean).join(", ");
  return `${times}${when && (often ? ", " : " ")}${when}`;
}

/** The time of day in words, and whether they say by themselves how often that is. */
function timesInWords(minute: Field, hour: Field): [words: string, often: boolean] {
  if (minute.step !== null) {
    const often = minute.step === 1 ? "Every minute" : `Every ${minute.step} minutes`;
    return [hour.step === 1 ? often : `${often}, ${spans(hour)}`, true];
  }
  if (hour.step === 1) return [`Every hour at ${minutes(minute)}`, true];
  if (hour.step !== null) return [`Every ${hour.step} hours at ${minutes(minute)}`, true];
  if (minute.values.length * hour.values.length > MOST_TIMES)
    return [`At ${minutes(minute)}, ${spans(hour)}`, false];
  const times = hour.values.flatMap((h) => minute.values.map((m) => `${two(h)}:${two(m)}`));
  return [`At ${listed(times)}`, false];
}

function daysInWords(day: Field, weekday: Field): string | null {
  const date =
    day.step === 1
      ? ""
      : day.step !== null
        ? `on every ${ordinal(day.step)} day`
        : `on day ${joined(day.runs, String)}`;
  const of = date && day.step === null ? `${date} of the month` : date;
  if (weekday.step === 1) return of;
  if (weekday.step !== null) return null;
  const named = `on ${joined(weekday.runs, (value) => DAYS[value % 7] ?? "")}`;
  if (!of) return named;
  return day.any ? null : `${of}, or ${named}`;
}

function minutes(minute: Field): string {
  return listed(minute.values.map((value) => `:${two(value)}`));
}

function spans(hour: Field): string {
  if (hour.step !== null) return `in every ${ordinal(hour.step)} hour`;
  return joined(hour.runs, String, (from, to) => `from ${two(from)}:00 to ${two(to)}:59`);
}

function joined(
  runs: Field["runs"],
  name: (value: number) => string,
  span: (from: number, to: number) => string = (from, to) =>
    from === to ? name(from) : to === from + 1 ? `${name(from)} and ${name(to)}` : `${name(from)} to ${name(to)}`,
): string {
  return listed(runs.map(([from, to]) => span(from, to)));
}

function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function ordinal(value: number): string {
  const teen = value % 100 > 10 && value % 100 < 14;
  const ending = teen ? "th" : (["th", "st", "nd", "rd"][value % 10] ?? "th");
  return `${value}${ending}`;
}

const PART = /^(\*|[0-9a-z]+)(?:-([0-9a-z]+))?(?:\/(\d+))?$/i;

/** Reads one field; `null` for what is none, or is one that this can't put in words (`L`, `5#2`). */
function read(
  text: string | undefined,
  least: number,
  most: number,
  names: readonly string[] = [],
  first = 0,
): Field | null {
  const value = (word: string): number | null => {
    const index = names.findIndex((name) => name.slice(0, 3).toLowerCase() === word.toLowerCase());
    const found = index >= 0 ? index + first : /^\d+$/.test(word) ? Number(word) : null;
    return found !== null && found >= least && found <= most ? found : null;
  };
  const found = new Set<number>();
  const parts = (text ?? "").split(",");
  for (const part of parts) {
    const [whole, start = "", end, by] = PART.exec(part) ?? [];
    const step = by === undefined ? 1 : Number(by);
    const from = start === "*" ? least : value(start);
    const to = end !== undefined ? value(end) : start === "*" || by !== undefined ? most : from;
    if (whole === undefined || from === null || to === null || to < from || step < 1) return null;
    if (start === "*" && end !== undefined) return null;
    for (let one = from; one <= to; one += step) found.add(one);
  }
  const values = [...found].sort((left, right) => left - right);
  const star = /^\*(?:\/(\d+))?$/.exec(text ?? "");
  return {
    any: (text ?? "").startsWith("*"),
    step: star ? Number(star[1] ?? 1) : null,
    values,
    runs: runsOf(values),
  };
}

function runsOf(values: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const value of values) {
    const last = runs.at(-1);
    if (last && last[1] === value - 1) last[1] = value;
    else runs.push([value, value]);
  }
  return runs;
}
