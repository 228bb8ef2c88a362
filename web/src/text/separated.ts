/** Separated values as spreadsheets write them (RFC 4180), quotes and line breaks within included. */

export function cellsOf(
  text: string,
  separator = ",",
  most: { rows?: number; columns?: number } = {},
): string[][] {
  const { rows: mostRows = Number.POSITIVE_INFINITY, columns: mostColumns = Number.POSITIVE_INFINITY } = most;
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const source = text.replace(/^\ufeff/, "");
  const endCell = () => {
    if (row.length < mostColumns) row.push(cell);
    cell = "";
  };
  const endRow = () => {
    cell = cell.replace(/\r$/, "");
    endCell();
    rows.push(row);
    row = [];
  };
  for (let at = 0; at < source.length && rows.length < mostRows; at += 1) {
    const character = source[at];
    if (quoted) {
      if (character !== '"') cell += character;
      else if (source[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (character === '"' && cell === "") quoted = true;
    else if (character === separator) endCell();
    else if (character === "\n") endRow();
    else cell += character;
  }
  if ((cell !== "" || row.length > 0) && rows.length < mostRows) endRow();
  return rows;
}
