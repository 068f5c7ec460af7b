const letterOrDigit = /[\p{L}\p{N}_]/u;
const letter = /\p{L}/u;

/** 1 for UTF-16 units that belong to a word, 3 for those that are letters. Half a pair belongs to none. */
const classes = Uint8Array.from({ length: 0x10000 }, (_, unit) => {
  const character = String.fromCharCode(unit);
  return letter.test(character) ? 3 : letterOrDigit.test(character) ? 1 : 0;
});

/**
 * Counts words: runs of letters, digits and underscores, of any script. `onWord` is given the hash of
 * each (FNV-1a).
 *
 * A table instead of a regular expression, which would overflow the stack on the megabytes of one
 * "word" that base64 makes of a binary.
 */
export function countWords(text: string, onWord: (hash: number) => void): number {
  const table = classes;
  let words = 0;
  let hash = 0;
  let inside = false;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (table[unit] !== 0) {
      hash = Math.imul((inside ? hash : 0x811c9dc5) ^ unit, 0x01000193);
      inside = true;
    } else if (inside) {
      words++;
      onWord(hash);
      inside = false;
    }
  }
  if (inside) {
    words++;
    onWord(hash);
  }
  return words;
}

/** Words shorter than this say little, longer ones are rarely words. */
const SHORTEST = 4;
const LONGEST = 30;

/** English words that say nothing of a document, and marks of documentation and of source maps. */
const stopWords = new Set(
  (
    "about after also another because been before being between both cannot could does done each " +
    "either else even every from have here however instead into just like made make many more most " +
    "much must need only other over same should since some such than that their them then there " +
    "these they this those through under until upon used uses using very want well were what when " +
    "where whether which while will with within without would your " +
    "param returns sourcemappingurl"
  ).split(" "),
);

const link = /\bhttps?:\/\/\S{1,2000}/g;

/** Adds the words of a line of prose, in lower case, without links and the commonest words. */
export function addProse(words: Set<string>, line: string): void {
  const text = line.includes("://") ? line.replace(link, " ") : line;
  const table = classes;
  let start = -1;
  for (let index = 0; index <= text.length; index++) {
    // Past the end, NaN is no index of the table: the last word ends there.
    if (table[text.charCodeAt(index)] === 3) {
      if (start === -1) start = index;
    } else if (start !== -1) {
      const length = index - start;
      if (length >= SHORTEST && length <= LONGEST) {
        words.add(text.slice(start, index).toLowerCase());
      }
      start = -1;
    }
  }
}

/** Counts one file more for each of its words: a file that repeats itself has no more weight. */
export function countProse(counts: Map<string, number>, words: ReadonlySet<string>): void {
  for (const word of words) {
    if (!stopWords.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
}
