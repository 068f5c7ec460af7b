import { addToLargest, type Census, type LanguageTotals } from "./totals.js";

/** Adds a part to the whole. The order of the parts is no matter, once the whole is `settled`. */
export function mergeInto(whole: Census, part: Census): void {
  whole.files += part.files;
  whole.bytes += part.bytes;
  whole.binaryFiles += part.binaryFiles;
  whole.binaryBytes += part.binaryBytes;
  for (const [name, totals] of part.languages) addLanguage(whole.languages, name, totals);
  for (const [folder, record] of part.packages) whole.packages.set(folder, record);
  for (const [path, licence] of part.licenceTexts) whole.licenceTexts.set(path, licence);
  for (const [hash, record] of part.contents) {
    const known = whole.contents.get(hash);
    if (known === undefined) whole.contents.set(hash, { ...record, paths: [...record.paths] });
    else known.paths.push(...record.paths);
  }
  for (const file of part.largest) addToLargest(whole.largest, file);
  addCounts(whole.words, part.words);
  addCounts(whole.hosts, part.hosts);
}

/** Puts in order what depends on which part came first. */
export function settled(census: Census): Census {
  for (const { paths } of census.contents.values()) paths.sort();
  return census;
}

/** Adds to the counts of one language. */
export function addLanguage(
  languages: Map<string, LanguageTotals>,
  name: string,
  added: LanguageTotals,
): void {
  const totals = languages.get(name);
  if (totals === undefined) {
    languages.set(name, { ...added });
    return;
  }
  totals.files += added.files;
  totals.bytes += added.bytes;
  totals.lines += added.lines;
  totals.blank += added.blank;
  totals.comment += added.comment;
  totals.words += added.words;
}

function addCounts(whole: Map<string, number>, part: ReadonlyMap<string, number>): void {
  for (const [key, count] of part) whole.set(key, (whole.get(key) ?? 0) + count);
}
