import { similarGroups, type SimilarGroup } from "./similar.js";
import { folderOf, type Census, type LanguageTotals, type SizedFile } from "./totals.js";

/** Rows of a table that is not shown as a whole. */
const SHOWN = 10;
const WORDS_SHOWN = 24;

/** How often a licence is declared, and how often its text is found. */
export interface LicenceRow {
  readonly licence: string;
  readonly packages: number;
  readonly texts: number;
}

/** Files of exactly the same content. */
export interface CopiesRow {
  readonly copies: number;
  readonly bytes: number;
  readonly wasted: number;
  readonly path: string;
}

/** A word or a name, and how often it occurs. */
export interface Tally {
  readonly name: string;
  readonly count: number;
}

/** What a person wants to know of a census. It can be written as JSON as it is. */
export interface Summary {
  readonly files: number;
  readonly bytes: number;
  readonly binary: { readonly files: number; readonly bytes: number };
  /** The largest first. */
  readonly languages: readonly ({ readonly language: string } & LanguageTotals)[];
  readonly packages: number;
  /** The most frequent first. */
  readonly licences: readonly LicenceRow[];
  /** Packages in whose folder no licence file is. */
  readonly packagesWithoutText: number;
  readonly largest: readonly SizedFile[];
  /** Files beyond the first of their content, and their bytes. */
  readonly copies: { readonly files: number; readonly bytes: number };
  /** Those that waste the most first. */
  readonly mostCopied: readonly CopiesRow[];
  /** Files in groups of files that are nearly the same. */
  readonly similar: { readonly groups: number; readonly files: number };
  readonly mostSimilar: readonly SimilarGroup[];
  readonly words: readonly Tally[];
  readonly hosts: readonly Tally[];
}

/** Draws the conclusions from a census that is complete and settled. */
export function summarise(census: Census): Summary {
  const copied = copiedContents(census);
  const groups = similarGroups(census.contents.values());
  const textFolders = new Set([...census.licenceTexts.keys()].map(folderOf));
  const withoutText = [...census.packages.keys()].filter((folder) => !textFolders.has(folder));
  return {
    files: census.files,
    bytes: census.bytes,
    binary: { files: census.binaryFiles, bytes: census.binaryBytes },
    languages: [...census.languages]
      .map(([language, totals]) => ({ language, ...totals }))
      .sort((a, b) => b.bytes - a.bytes || (a.language < b.language ? -1 : 1)),
    packages: census.packages.size,
    licences: licenceRows(census),
    packagesWithoutText: withoutText.length,
    largest: census.largest,
    copies: {
      files: copied.reduce((sum, { copies }) => sum + copies - 1, 0),
      bytes: copied.reduce((sum, { wasted }) => sum + wasted, 0),
    },
    mostCopied: copied.slice(0, SHOWN),
    similar: {
      groups: groups.length,
      files: groups.reduce((sum, { files }) => sum + files, 0),
    },
    mostSimilar: groups.slice(0, SHOWN),
    words: mostFrequent(census.words, WORDS_SHOWN),
    hosts: mostFrequent(census.hosts, SHOWN),
  };
}

function licenceRows({ packages, licenceTexts }: Census): LicenceRow[] {
  const declared = tally([...packages.values()].map(({ licence }) => licence));
  const found = tally(licenceTexts.values());
  return [...new Set([...declared.keys(), ...found.keys()])]
    .map((licence) => ({
      licence,
      packages: declared.get(licence) ?? 0,
      texts: found.get(licence) ?? 0,
    }))
    .sort(
      (a, b) => b.packages - a.packages || b.texts - a.texts || (a.licence < b.licence ? -1 : 1),
    );
}

function copiedContents({ contents }: Census): CopiesRow[] {
  return [...contents.values()]
    .filter(({ bytes, paths }) => bytes > 0 && paths.length > 1)
    .map(({ bytes, paths }) => ({
      copies: paths.length,
      bytes,
      wasted: bytes * (paths.length - 1),
      path: paths[0] ?? "",
    }))
    .sort((a, b) => b.wasted - a.wasted || (a.path < b.path ? -1 : 1));
}

function tally(names: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function mostFrequent(counts: ReadonlyMap<string, number>, shown: number): Tally[] {
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
    .slice(0, shown);
}
