/**
 * Makes visible what a hostile text hides: characters that turn the reading direction, have no width, or control a
 * terminal. A name such as `photo\u202Egnp.exe` must read as what it is.
 *
 * The ranges are Unicode's Bidi_Control, the format characters (general category Cf), the tag block, variation
 * selectors, lone surrogates, and the control characters other than tab.
 */

export interface Piece {
  text: string;
  /** What stands for a character that must not take effect; none for text as it is. */
  hidden: boolean;
}

const HIDDEN =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each is meant by itself, combining or not
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}\p{Cs}]/gu;

const NAMES: Record<number, string> = {
  173: "SHY",
  1564: "ALM",
  8203: "ZWSP",
  8204: "ZWNJ",
  8205: "ZWJ",
  8206: "LRM",
  8207: "RLM",
  8234: "LRE",
  8235: "RLE",
  8236: "PDF",
  8237: "LRO",
  8238: "RLO",
  8288: "WJ",
  8294: "LRI",
  8295: "RLI",
  8296: "FSI",
  8297: "PDI",
  65279: "BOM",
};

/** What stands for one hidden character: `⟨RLO⟩`, `␛`, `⟨U+E0041⟩`. */
function standIn(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "␡";
  return `⟨${NAMES[code] ?? `U+${code.toString(16).toUpperCase().padStart(4, "0")}`}⟩`;
}

/** Splits a text into what may be shown as it is and what stands for the rest. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(HIDDEN)) {
    if (match.index > end) found.push({ text: text.slice(end, match.index), hidden: false });
    const shown = standIn(match[0]);
    const last = found.at(-1);
    if (last?.hidden) last.text += shown;
    else found.push({ text: shown, hidden: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) found.push({ text: text.slice(end), hidden: false });
  return found;
}

/** The same as one string, for a title, an attribute, a file to download. */
export function plain(text: string): string {
  return text.replace(HIDDEN, standIn);
}
