import { resourceKey, type Resource } from "./resource.js";

/** Which of some resources need which others. */
export class Needs {
  private readonly resources: ReadonlyMap<string, Resource>;

  constructor(resources: readonly Resource[]) {
    this.resources = new Map(resources.map((each) => [resourceKey(each), each]));
  }

  /** Those of the resources that a resource needs. */
  of(resource: Resource): Resource[] {
    const own = resourceKey(resource);
    return (resource.dependsOn ?? []).flatMap((reference) => {
      const key = resourceKey(reference);
      const needed = key === own ? undefined : this.resources.get(key);
      return needed === undefined ? [] : [needed];
    });
  }
}

/**
 * The order in which nothing is deleted before what needs it; otherwise as given. Where resources need one
 * another in a circle, it begins with the first of them.
 */
export function deletionOrder<T extends { readonly resource: Resource }>(
  items: readonly T[],
  needs: Needs,
): T[] {
  const waiting = new Map(items.map((item) => [resourceKey(item.resource), item]));
  const users = new Map<string, number>();
  const neededKeys = (item: T) =>
    [...new Set(needs.of(item.resource).map(resourceKey))].filter((key) => waiting.has(key));
  for (const item of items)
    for (const key of neededKeys(item)) users.set(key, (users.get(key) ?? 0) + 1);
  const ordered: T[] = [];
  const free = items.filter(({ resource }) => !users.has(resourceKey(resource))).reverse();
  while (waiting.size > 0) {
    const item = free.pop() ?? first(waiting.values());
    if (item === undefined) break;
    const key = resourceKey(item.resource);
    if (!waiting.has(key)) continue;
    const released = neededKeys(item);
    waiting.delete(key);
    ordered.push(item);
    for (const each of released) {
      const left = (users.get(each) ?? 1) - 1;
      users.set(each, left);
      const next = waiting.get(each);
      if (left === 0 && next !== undefined) free.unshift(next);
    }
  }
  return ordered;
}

function first<T>(values: Iterable<T>): T | undefined {
  for (const value of values) return value;
  return undefined;
}
