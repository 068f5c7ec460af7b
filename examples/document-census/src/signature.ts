/** Numbers in a signature. Their share that two files have in common is off by about a 16th. */
const SIZE = 64;

/** Words in a row that are taken together: fewer are common to everything. */
const SHINGLE = 3;

/** Files of fewer words are too short to compare. */
const FEWEST_WORDS = 40;

/** Odd numbers that scatter what they are multiplied by, each in its own way. */
const factors = Int32Array.from({ length: SIZE }, (_, index) =>
  scatter(Math.imul(index + 1, 0x9e3779b1)),
).map((factor) => factor | 1);

/**
 * Makes a signature of a text (MinHash): of all runs of three words, scattered in 64 ways, the
 * smallest numbers. Two texts agree in about as many of them as the share of runs that they have in
 * common, so that texts that are nearly the same are found without comparing them.
 */
export class Signature {
  private readonly minima = new Int32Array(SIZE).fill(0x7fffffff);
  private words = 0;
  private last = 0;
  private beforeLast = 0;

  /** Adds the next word of the text, by its hash. */
  add(word: number): void {
    const run = scatter(word + Math.imul(this.last, 31) + Math.imul(this.beforeLast, 961));
    this.beforeLast = this.last;
    this.last = word;
    if (++this.words < SHINGLE) return;
    lower(this.minima, factors, run);
  }

  /** Undefined if the text is too short. */
  finish(): Int32Array | undefined {
    return this.words < FEWEST_WORDS ? undefined : this.minima;
  }
}

function lower(minima: Int32Array, multipliers: Int32Array, run: number): void {
  for (let index = 0; index < minima.length; index++) {
    const value = Math.imul(run, multipliers[index] as number);
    if (value < (minima[index] as number)) minima[index] = value;
  }
}

function scatter(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return mixed ^ (mixed >>> 15);
}
