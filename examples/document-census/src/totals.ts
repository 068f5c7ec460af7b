/** A file whose contents are at hand: what the functions are sent, since they may run far away. */
export interface SourceFile {
  /** Relative to the folder counted, with `/` between its parts. */
  readonly path: string;
  readonly content: Uint8Array;
}

/** What is counted for each language. Lines of code are those neither blank nor comment. */
export interface LanguageTotals {
  files: number;
  bytes: number;
  lines: number;
  blank: number;
  comment: number;
  words: number;
}

/** An npm package, as its `package.json` describes it. */
export interface PackageRecord {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression in a regular form where there is one, else what is written there. */
  readonly licence: string;
}

/** Files of the same content. */
export interface ContentRecord {
  readonly bytes: number;
  readonly paths: string[];
  /** Of texts that are long enough: what tells how alike two of them are. */
  signature?: Int32Array;
}

/** A file and its size. */
export interface SizedFile {
  readonly path: string;
  readonly bytes: number;
}

/**
 * Everything that is counted, of all files or of a few: two of them can be merged. Maps and lists, as
 * they are, since faast carries them; no class, since it does not.
 */
export interface Census {
  files: number;
  bytes: number;
  binaryFiles: number;
  binaryBytes: number;
  readonly languages: Map<string, LanguageTotals>;
  /** By the folder that they are in. */
  readonly packages: Map<string, PackageRecord>;
  /** What each licence file is recognised as, by its path. */
  readonly licenceTexts: Map<string, string>;
  /** By SHA-256, in hexadecimal. */
  readonly contents: Map<string, ContentRecord>;
  /** A few, the largest first. */
  largest: SizedFile[];
  /** In how many files each word occurs, in documents and comments. */
  readonly words: Map<string, number>;
  /** How often each host is linked to. */
  readonly hosts: Map<string, number>;
}

export function emptyCensus(): Census {
  return {
    files: 0,
    bytes: 0,
    binaryFiles: 0,
    binaryBytes: 0,
    languages: new Map(),
    packages: new Map(),
    licenceTexts: new Map(),
    contents: new Map(),
    largest: [],
    words: new Map(),
    hosts: new Map(),
  };
}

/** How many of the largest files are kept. */
const LARGEST_KEPT = 10;

/** Adds a file to the largest, if it is one. Ties go by path, so that the order of adding is no matter. */
export function addToLargest(largest: SizedFile[], file: SizedFile): void {
  const smallest = largest[LARGEST_KEPT - 1];
  if (smallest !== undefined && bySize(smallest, file) <= 0) return;
  largest.push(file);
  largest.sort(bySize);
  largest.length = Math.min(largest.length, LARGEST_KEPT);
}

function bySize(a: SizedFile, b: SizedFile): number {
  return b.bytes - a.bytes || (a.path < b.path ? -1 : 1);
}

/** The folder of a file, empty for that of the census. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
