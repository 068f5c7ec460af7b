import { createHash } from "node:crypto";
import { countHosts } from "./hosts.js";
import { languageOf } from "./language.js";
import { isLicenceFile, recogniseLicence } from "./licence-text.js";
import { countLines } from "./lines.js";
import { addLanguage } from "./merge.js";
import { readPackage } from "./package-licence.js";
import { Signature } from "./signature.js";
import {
  addToLargest,
  folderOf,
  type Census,
  type ContentRecord,
  type SourceFile,
} from "./totals.js";
import { addProse, countProse, countWords } from "./words.js";

/** A NUL among this many first bytes tells a binary file, as it does for git. */
const BINARY_PROBE = 8000;

const decoder = new TextDecoder();

/** Counts one file. */
export function countFile(census: Census, file: SourceFile): void {
  const { path, content } = file;
  const bytes = content.length;
  census.files++;
  census.bytes += bytes;
  addToLargest(census.largest, { path, bytes });
  const record = addContent(census, file);
  if (content.subarray(0, BINARY_PROBE).includes(0)) {
    census.binaryFiles++;
    census.binaryBytes += bytes;
    return;
  }
  const text = decoder.decode(content);
  const signature = countText(census, file, text);
  if (signature !== undefined) record.signature = signature;
  countMeaning(census, path, text);
}

function addContent({ contents }: Census, { path, content }: SourceFile): ContentRecord {
  const hash = createHash("sha256").update(content).digest("hex");
  const known = contents.get(hash);
  const record = known ?? { bytes: content.length, paths: [] };
  if (known === undefined) contents.set(hash, record);
  record.paths.push(path);
  return record;
}

/** Counts lines and words, of code and of prose; gives the text's signature. */
function countText(census: Census, file: SourceFile, text: string): Int32Array | undefined {
  const language = languageOf(baseName(file.path), text);
  const prose = new Set<string>();
  const lines = countLines(text, language, (line) => addProse(prose, line));
  countProse(census.words, prose);
  const signature = new Signature();
  const words = countWords(text, (hash) => signature.add(hash));
  const totals = { files: 1, bytes: file.content.length, words, ...lines };
  addLanguage(census.languages, language.name, totals);
  return signature.finish();
}

/** Counts what some texts say: links, packages, licences. */
function countMeaning(census: Census, path: string, text: string): void {
  countHosts(census.hosts, text);
  const name = baseName(path);
  if (name === "package.json") {
    const found = readPackage(text);
    if (found !== undefined) census.packages.set(folderOf(path), found);
  } else if (isLicenceFile(name)) {
    census.licenceTexts.set(path, recogniseLicence(text));
  }
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
