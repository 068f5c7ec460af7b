import { assign } from "./assignment.js";
import { ROWS } from "./json-safe.js";

/** Properties of a row, at most. Beyond that, V8 would keep objects that are put together in a dictionary. */
const COLUMNS = 16;
/** Up to this length, lists and objects are looked into for tables. */
const FEW = 16;
/** How deep tables are looked for: in lists and objects, and again in the columns of a table. */
const LEVELS = 4;

const PLAIN = 0;
const TABLE = 1;
const LIST = 2;
const RECORD = 3;

/** JSON in which arrays of like objects are kept by columns: see `format.ts`. */
export type Tables =
  | readonly [typeof PLAIN, unknown]
  | readonly [typeof TABLE, readonly string[], ...Tables[]]
  | readonly [typeof LIST, ...Tables[]]
  | readonly [typeof RECORD, readonly string[], ...Tables[]];

/**
 * The value with its large arrays of like objects as tables, which are half the text, and half the work to
 * write and to read; undefined if it has none.
 *
 * @param value - what JSON carries exactly, with nothing in it twice.
 */
export function tablesOf(value: object): Tables | undefined {
  const packed = pack(value, LEVELS);
  return packed[0] === PLAIN ? undefined : packed;
}

function pack(value: unknown, levels: number): Tables {
  if (typeof value !== "object" || value === null || levels === 0) return [PLAIN, value];
  if (!Array.isArray(value)) {
    const keys = keysOf(value);
    if (keys === undefined) return [PLAIN, value];
    const packed = packEach(Object.values(value), levels);
    return packed === undefined ? [PLAIN, value] : [RECORD, keys, ...packed];
  }
  if (value.length >= ROWS) return packTable(value, LEVELS) ?? [PLAIN, value];
  const packed = packEach(value, levels);
  return packed === undefined ? [PLAIN, value] : [LIST, ...packed];
}

/** The names of an object's properties, if they are few. */
function keysOf(value: object): readonly string[] | undefined {
  let count = 0;
  for (const _ in value) if (++count > FEW) return undefined;
  return Object.keys(value);
}

/** Undefined if there is no table in any of the values. */
function packEach(values: readonly unknown[], levels: number): Tables[] | undefined {
  let packed: Tables[] | undefined;
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (typeof value !== "object" || value === null) continue;
    const each = pack(value, levels - 1);
    if (each[0] === PLAIN) continue;
    packed ??= values.map((other) => [PLAIN, other]);
    packed[index] = each;
  }
  return packed;
}

/** Undefined if the values are not all objects with the same properties in the same order. */
function packTable(values: readonly unknown[], levels: number): Tables | undefined {
  const [first] = values;
  if (levels === 0 || !isRow(first)) return undefined;
  const keys = Object.keys(first);
  if (keys.length === 0 || keys.length > COLUMNS || keys.some(isIndexLike)) return undefined;
  const columns = keys.map((): unknown[] => []);
  for (const row of values) {
    if (!isRow(row)) return undefined;
    let at = 0;
    // Should it find anything inherited, these are no rows of a table.
    for (const key in row) {
      if (key !== keys[at]) return undefined;
      columns[at++]!.push(row[key]);
    }
    if (at !== keys.length) return undefined;
  }
  const packed = columns.map((cells) => packTable(cells, levels - 1) ?? ([PLAIN, cells] as const));
  return [TABLE, keys, ...packed];
}

/** Whether a name may be an index: to keep far ones, each object becomes a dictionary, which is slow. */
function isIndexLike(key: string): boolean {
  return /^\d/.test(key);
}

function isRow(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The value that `tablesOf` has been given.
 *
 * @param fail - told what keeps the tables from being any; it throws.
 */
export function valueOf(tables: unknown, fail: (reason: string) => never): unknown {
  if (!Array.isArray(tables)) return fail("a table is no list");
  const [kind, second, ...rest] = tables as readonly unknown[];
  switch (kind) {
    case PLAIN:
      return tables.length === 2 ? second : fail("a table's plain part is not one value");
    case LIST:
      return tables.slice(1).map((each) => valueOf(each, fail));
    case TABLE:
    case RECORD:
      break;
    default:
      return fail("a table is of an unknown kind");
  }
  const values = rest.map((each) => valueOf(each, fail));
  const keys = namesOf(second, values.length);
  if (keys === undefined) return fail("the names of a table are not those of its columns");
  if (kind === RECORD) return rowOf(keys, values);
  if (keys.some(isIndexLike)) return fail("a name in a table looks like an index");
  const columns = columnsOf(values);
  return columns === undefined ? fail("the columns of a table differ") : rowsOf(keys, columns);
}

function namesOf(names: unknown, count: number): readonly string[] | undefined {
  if (!Array.isArray(names) || names.length !== count) return undefined;
  return names.every((each) => typeof each === "string") ? names : undefined;
}

function columnsOf(values: readonly unknown[]): readonly (readonly unknown[])[] | undefined {
  const lists = values.filter(Array.isArray);
  const length = lists[0]?.length;
  const fits = lists.length === values.length && lists.every((each) => each.length === length);
  return fits && lists.length > 0 ? lists : undefined;
}

function rowsOf(keys: readonly string[], columns: readonly (readonly unknown[])[]): unknown[] {
  const [first = []] = columns;
  // Names that can be set and no more: not inherited.
  const areUsual = keys.every((key) => !(key in Object.prototype));
  if (!areUsual) {
    const cellsAt = (at: number) => columns.map((cells) => cells[at]);
    return first.map((_, at) => rowOf(keys, cellsAt(at)));
  }
  const rows: unknown[] = [];
  const count = keys.length;
  for (let at = 0; at < first.length; at++) {
    const row: Record<string, unknown> = {};
    for (let column = 0; column < count; column++) row[keys[column]!] = columns[column]![at];
    rows.push(row);
  }
  return rows;
}

function rowOf(keys: readonly string[], values: readonly unknown[]): object {
  const row = {};
  keys.forEach((key, count) => assign(row, key, { value: values[count], count }));
  return row;
}
