import fc from "fast-check";
import { expiredPolicy, makePlan, ownMark, resourceKey, sweep, type Resource } from "@faast/gc";
import { ago, HOUR, NOW, Shelf, tags } from "./shelf.ts";

const jobs = ["a", "b", "c", "d"].map((each) => `${each.repeat(8)}-1111-4111-8111-111111111111`);

/** How each resource is marked: ours with a time of expiry in hours from now, or nearly ours. */
const marking = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      job: fc.constantFrom(...jobs),
      left: fc.integer({ min: -50, max: 50 }),
    }),
  },
  fc.constantFrom("none", "similar", "hexadecimal", "undated"),
);

function tagsOf(mark: { job: string; left: number } | string): Record<string, string> {
  const complete = tags(100 * HOUR, 50 * HOUR, jobs[0]);
  if (typeof mark === "object") return tags(100 * HOUR, -mark.left * HOUR, mark.job);
  if (mark === "none") return {};
  if (mark === "similar") return { "faast.job": jobs[0] ?? "", "Faast:Created": "yesterday" };
  if (mark === "hexadecimal") return { ...complete, "faast:job": "0123456789abcdef".repeat(4) };
  return { ...complete, "faast:created": "" };
}

const resources = fc
  .array(fc.record({ mark: marking, needs: fc.array(fc.nat(30), { maxLength: 3 }) }), {
    maxLength: 30,
  })
  .map((list) =>
    list.map(({ mark, needs }, i): Resource => ({
      kind: "thing",
      id: `faast-${i}`,
      tags: tagsOf(mark),
      dependsOn: needs.map((each) => ({ kind: "thing", id: `faast-${each}` })),
    })),
  );

/** What is left over, by the definition: ours, and all leases of the job are over. */
function isLeftover(resource: Resource, all: readonly Resource[]): boolean {
  const job = ownMark(resource)?.job;
  if (job === undefined) return false;
  return all
    .filter((each) => ownMark(each)?.job === job)
    .every((each) => Date.parse(each.tags["faast:expires"] ?? "") < ago(5 * 60_000).getTime());
}

it("whatever there is, however deletions fail: only leftovers go, and nothing before what needs it", async () => {
  await fc.assert(
    fc.asyncProperty(
      resources,
      fc.infiniteStream(fc.integer({ min: 0, max: 9 })),
      fc.integer({ min: 1, max: 5 }),
      async (all, chances, pageSize) => {
        const shelf = new Shelf(all, {
          pageSize,
          onDelete: () => {
            const chance = chances.next().value;
            if (chance === 0) throw new Error("throttled");
            return chance === 1 ? { spared: "by chance" } : undefined;
          },
        });
        const plan = await makePlan(shelf, expiredPolicy(), { now: NOW });
        const report = await sweep(shelf, plan, { backoff: 0, retries: 1 });
        const gone = all.filter((each) => !shelf.resources.has(resourceKey(each)));
        expect(gone.filter((each) => !isLeftover(each, all))).toEqual([]);
        // Everything is accounted for, once.
        const planned = [...report.deleted, ...report.skipped, ...report.failed];
        expect(planned.length + plan.kept.length).toBe(all.length);
        expect(report.deleted.map(({ resource }) => resource.id).sort()).toEqual(
          gone.map(({ id }) => id).sort(),
        );
        // What stays has what it needs, except where they need one another in a circle.
        for (const user of shelf.resources.values()) {
          for (const needed of user.dependsOn ?? []) {
            const isGone = gone.some(({ id }) => id === needed.id);
            if (isGone) expect(reaches(needed.id, user.id, all)).toBe(true);
          }
        }
      },
    ),
    { numRuns: process.env.FAAST_TEST_FULL === "1" ? 5000 : 300 },
  );
});

/** Whether one needs the other, directly or not. */
function reaches(from: string, to: string, all: readonly Resource[]): boolean {
  const seen = new Set<string>();
  const pending = [from];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (id === to) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    pending.push(...(all.find((each) => each.id === id)?.dependsOn ?? []).map((each) => each.id));
  }
  return false;
}
