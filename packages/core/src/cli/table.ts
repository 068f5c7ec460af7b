import { stripVTControlCharacters } from "node:util";

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Numbers are aligned to the right. */
  readonly numeric?: boolean;
}

/** Lines of a table, its columns as wide as they need to be; those without any content are left out. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  heading: (text: string) => string,
): string[] {
  const used = columns
    .map((column, index) => ({ column, index }))
    .filter(({ index }) => rows.some((row) => (row[index] ?? "") !== ""));
  const widths = used.map(({ column, index }) => {
    let width = column.title.length;
    for (const row of rows) width = Math.max(width, visibleLength(row[index] ?? ""));
    return width;
  });
  const line = (cell: (index: number, column: Column) => string) =>
    used
      .map(({ column, index }, place) => {
        const text = cell(index, column);
        const space = " ".repeat(Math.max(0, (widths[place] ?? 0) - visibleLength(text)));
        return column.numeric === true ? space + text : text + space;
      })
      .join("  ")
      .trimEnd();
  return [
    line((_, column) => heading(column.title)),
    ...rows.map((row) => line((index) => row[index] ?? "")),
  ];
}

function visibleLength(text: string): number {
  return stripVTControlCharacters(text).length;
}
