/** A part of a listing. */
export interface Page<T> {
  readonly items: readonly T[] | undefined;
  /** Where the next one begins; undefined after the last. */
  readonly next: string | undefined;
}

/**
 * All pages of a listing, one after the other.
 *
 * @param read - reads the page that begins there.
 */
export async function* pages<T>(
  read: (start: string | undefined) => Promise<Page<T>>,
): AsyncGenerator<readonly T[]> {
  let start: string | undefined;
  do {
    const { items = [], next } = await read(start);
    yield items;
    start = next;
  } while (start !== undefined && start !== "");
}
