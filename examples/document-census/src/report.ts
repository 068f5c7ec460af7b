import { styleText } from "node:util";
import { formatBytes, formatCount, plural, printable } from "./format.js";
import type { Summary } from "./summary.js";
import { layOut, type Column } from "./table.js";
import type { Listing } from "./walk.js";

/** Gives text an emphasis, or not: a terminal shows it, a file would keep it. */
export interface Emphasis {
  readonly heading: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
}

/** The emphasis that a stream can show; none if it is no terminal, or NO_COLOR is set. */
export function emphasisFor(stream: NodeJS.WriteStream): Emphasis {
  const styled = (style: Parameters<typeof styleText>[0]) => (text: string) =>
    stream.isTTY && stream.hasColors() ? styleText(style, text) : text;
  return {
    heading: styled("bold"),
    faint: styled("dim"),
    good: styled("green"),
    bad: styled("red"),
  };
}

const left = (title: string): Column => ({ title });
const right = (title: string): Column => ({ title, numeric: true });

/** Lays out a table under a heading, its titles less prominent than what is in it. */
export function section(
  emphasis: Emphasis,
  heading: string,
  { columns, rows }: { columns: readonly Column[]; rows: readonly (readonly string[])[] },
): string[] {
  if (rows.length === 0) return [];
  const [titles = "", ...lines] = layOut(columns, rows);
  const indented = [emphasis.faint(titles), ...lines].map((line) => `  ${line}`);
  return ["", emphasis.heading(heading), ...indented];
}

/** The totals, as a person reads them. */
export function reportTotals(listing: Listing, summary: Summary, emphasis: Emphasis): string[] {
  const { binary, bytes, files } = summary;
  const heading = `${plural(files, "file")}, ${formatBytes(bytes)}, in ${printable(listing.folder)}`;
  return [
    emphasis.heading(heading),
    `Of these, ${formatCount(binary.files)} binary (${formatBytes(binary.bytes)}).`,
    ...languages(summary, emphasis),
    ...licences(summary, emphasis),
    ...largest(summary, emphasis),
    ...copies(summary, emphasis),
    ...similar(summary, emphasis),
    ...words(summary, emphasis),
    ...hosts(summary, emphasis),
  ];
}

function languages(summary: Summary, emphasis: Emphasis): string[] {
  const titles = ["files", "size", "lines", "comment", "blank", "words"];
  return section(emphasis, "Languages", {
    columns: [left("language"), ...titles.map(right)],
    rows: summary.languages.map(({ language, bytes, ...totals }) => [
      language,
      formatCount(totals.files),
      formatBytes(bytes),
      ...[totals.lines, totals.comment, totals.blank, totals.words].map(formatCount),
    ]),
  });
}

function licences(summary: Summary, emphasis: Emphasis): string[] {
  const without = summary.packagesWithoutText;
  const heading = `Licences of ${plural(summary.packages, "package")}, ${formatCount(without)} of them without a text`;
  return section(emphasis, heading, {
    columns: [left("licence"), right("declared"), right("texts")],
    rows: summary.licences.map(({ licence, packages, texts }) => [
      printable(licence),
      formatCount(packages),
      formatCount(texts),
    ]),
  });
}

function largest(summary: Summary, emphasis: Emphasis): string[] {
  return section(emphasis, "Largest files", {
    columns: [right("size"), left("file")],
    rows: summary.largest.map(({ bytes, path }) => [formatBytes(bytes), printable(path)]),
  });
}

function copies(summary: Summary, emphasis: Emphasis): string[] {
  const { files, bytes } = summary.copies;
  const heading = `Copies: ${plural(files, "file")} that ${files === 1 ? "is" : "are"} there already, ${formatBytes(bytes)} wasted`;
  return section(emphasis, heading, {
    columns: [right("times"), right("wasted"), left("file")],
    rows: summary.mostCopied.map(({ copies, wasted, path }) => [
      formatCount(copies),
      formatBytes(wasted),
      printable(path),
    ]),
  });
}

function similar(summary: Summary, emphasis: Emphasis): string[] {
  const { files, groups } = summary.similar;
  const heading = `Near copies: ${plural(files, "file")} in ${plural(groups, "group")} of nearly the same words`;
  return section(emphasis, heading, {
    columns: [right("files"), right("size"), left("the first of them")],
    rows: summary.mostSimilar.map(({ files, bytes, path }) => [
      formatCount(files),
      formatBytes(bytes),
      printable(path),
    ]),
  });
}

function words(summary: Summary, emphasis: Emphasis): string[] {
  const cells = summary.words.map(({ name, count }) => [name, formatCount(count)]);
  const columns = 4;
  const height = Math.ceil(cells.length / columns);
  const rows = Array.from({ length: height }, (_, row) =>
    Array.from({ length: columns }, (_, column) => cells[column * height + row] ?? ["", ""]).flat(),
  );
  const pair = [left("word"), right("files")];
  return section(emphasis, "Frequent words of documents and comments", {
    columns: [...pair, ...pair, ...pair, ...pair],
    rows,
  });
}

function hosts(summary: Summary, emphasis: Emphasis): string[] {
  return section(emphasis, "Hosts linked to", {
    columns: [right("links"), left("host")],
    rows: summary.hosts.map(({ count, name }) => [formatCount(count), name]),
  });
}
