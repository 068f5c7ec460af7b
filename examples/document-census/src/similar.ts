import type { ContentRecord } from "./totals.js";

/** The share of a signature that files must have in common to be called nearly the same. */
const THRESHOLD = 0.9;

/**
 * Signatures are compared in bands of that many numbers: files that agree in a whole band are
 * candidates. With eight bands of eight, 99 % of the pairs that are 90 % the same become some.
 */
const BAND = 8;

/** A content, and where it is. */
interface Signed {
  readonly path: string;
  readonly bytes: number;
  readonly signature: Int32Array;
}

/** Files that are nearly, but not quite, the same. */
export interface SimilarGroup {
  readonly files: number;
  readonly bytes: number;
  /** The first by name. */
  readonly path: string;
}

/** Groups contents that are nearly the same, those of the most bytes first. Copies count once. */
export function similarGroups(contents: Iterable<ContentRecord>): SimilarGroup[] {
  const signed: Signed[] = [];
  for (const { bytes, paths, signature } of contents) {
    const [path] = paths;
    if (signature !== undefined && path !== undefined) signed.push({ path, bytes, signature });
  }
  // In order of paths, so that the groups do not depend on the order of counting.
  signed.sort((a, b) => (a.path < b.path ? -1 : 1));
  const groups = new Map<number, Signed[]>();
  const roots = joinAlike(signed);
  signed.forEach((each, index) => {
    const root = rootOf(roots, index);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [each]);
    else group.push(each);
  });
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => ({
      files: group.length,
      bytes: group.reduce((sum, { bytes }) => sum + bytes, 0),
      path: group[0]?.path ?? "",
    }))
    .sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1));
}

/** For each content, another of its group, or itself: a forest. */
function joinAlike(signed: readonly Signed[]): number[] {
  const roots = signed.map((_, index) => index);
  const firsts = new Map<string, number>();
  signed.forEach(({ signature }, index) => {
    for (let start = 0; start < signature.length; start += BAND) {
      const key = `${start}:${signature.subarray(start, start + BAND).join()}`;
      const first = firsts.get(key);
      const other = first === undefined ? undefined : signed[first];
      if (first === undefined || other === undefined) firsts.set(key, index);
      else if (likeness(signature, other.signature) >= THRESHOLD) {
        roots[rootOf(roots, index)] = rootOf(roots, first);
      }
    }
  });
  return roots;
}

function rootOf(roots: number[], index: number): number {
  let root = index;
  for (let next = roots[root] ?? root; next !== root; next = roots[root] ?? root) root = next;
  roots[index] = root;
  return root;
}

/** The share of runs of words that two contents have in common, from 0 to 1, roughly. */
function likeness(a: Int32Array, b: Int32Array): number {
  let same = 0;
  for (let index = 0; index < a.length; index++) if (a[index] === b[index]) same++;
  return same / a.length;
}
