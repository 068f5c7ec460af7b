import { expiredPolicy, jobPolicy, makePlan, planFrom, tagNames, type Resource } from "@faast/gc";
import { ago, HOUR, JOB, NOW, OTHER_JOB, queue, Shelf, tags } from "./shelf.ts";

const now = { now: NOW };

/** Identifiers of what a plan deletes. */
function doomed(resources: readonly Resource[], policy = expiredPolicy()): string[] {
  return planFrom(resources, policy, now).deletions.map(({ resource }) => resource.id);
}

function whyKept(resource: Resource, policy = expiredPolicy()): string | undefined {
  return planFrom([resource], policy, now).kept[0]?.why;
}

describe("a plan", () => {
  it("deletes what bears our tags and has no lease any more, and says why", () => {
    const plan = planFrom([queue("a")], expiredPolicy(), now);
    expect(plan.kept).toEqual([]);
    expect(plan.deletions).toEqual([
      expect.objectContaining({
        resource: expect.objectContaining({ id: "a" }),
        mark: { job: JOB, cache: undefined, owner: "ada@lab", created: ago(48 * HOUR) },
        why: `its lease ended at ${ago(24 * HOUR).toISOString()}`,
      }),
    ]);
  });

  it.each<[string, Record<string, string>]>([
    ["no tags", {}],
    ["another's tags", { Name: `faast-${JOB}`, owner: "faast" }],
    ["no job", { ...tags(48 * HOUR, 24 * HOUR), [tagNames.job]: "" }],
    ["a job that is no UUID", tags(48 * HOUR, 24 * HOUR, "nightly")],
    ["a job in capitals", tags(48 * HOUR, 24 * HOUR, JOB.replaceAll("1", "A"))],
    ["64 hexadecimal digits for a job", tags(48 * HOUR, 24 * HOUR, "ab".repeat(32))],
    ["no time of creation", { [tagNames.job]: JOB, [tagNames.expires]: ago(HOUR).toISOString() }],
    ["another time of creation", { ...tags(48 * HOUR, HOUR), [tagNames.created]: "2026-01-01" }],
    [
      "tags that look like ours",
      Object.fromEntries(
        Object.entries(tags(48 * HOUR, HOUR)).map(([key, value]) => [key.toUpperCase(), value]),
      ),
    ],
  ])("keeps what has our name, but %s", (_what, own) => {
    const resource = queue(`faast-${JOB}`, { tags: own });
    expect(whyKept(resource)).toBe("it does not bear our tags");
    expect(whyKept(resource, jobPolicy(JOB))).toBe("it does not bear our tags");
  });

  it("asks no policy about what is not ours", () => {
    const everything = { decide: () => ({ delete: true, why: "greed" }) };
    expect(doomed([queue("foreign", { tags: {} }), queue("ours")], everything)).toEqual(["ours"]);
  });

  it("keeps what nobody knows the lease of", () => {
    const { [tagNames.expires]: _, ...rest } = tags(48 * HOUR, HOUR);
    expect(whyKept(queue("a", { tags: rest }))).toMatch(/nothing tells/);
    expect(whyKept(queue("a", { tags: { ...rest, [tagNames.expires]: "soon" } }))).toMatch(
      /nothing tells/,
    );
  });

  it("keeps all of a job while one of its resources bears a lease, however old the others", () => {
    const old = queue("old", { tags: tags(400 * HOUR, 300 * HOUR) });
    const renewed = queue("function", { expires: new Date(NOW.getTime() + 1000) });
    expect(doomed([old, renewed])).toEqual([]);
    expect(doomed([old, { ...renewed, expires: ago(HOUR) }])).toEqual(["old", "function"]);
    // Another job's lease is another job's.
    const other = tags(400 * HOUR, -HOUR, OTHER_JOB);
    expect(doomed([old, queue("other", { tags: other })])).toEqual(["old"]);
  });

  it("spares caches unless they are asked for, and then what is in use", () => {
    const cacheTags = (expired: number): Record<string, string> => {
      const { [tagNames.job]: _, ...rest } = tags(48 * HOUR, expired);
      return { ...rest, [tagNames.cache]: "layer" };
    };
    const { [tagNames.expires]: _, ...unending } = cacheTags(0);
    const resources = [
      queue("expired", { tags: cacheTags(HOUR) }),
      queue("fresh", { tags: cacheTags(-HOUR) }),
      queue("unending", { tags: unending }),
      queue("in use", { tags: unending, ownerAlive: true }),
      queue("of a living job", { tags: tags(48 * HOUR, -HOUR) }),
      queue("needed", { tags: unending }),
      queue("user", {
        tags: tags(48 * HOUR, -HOUR, OTHER_JOB),
        dependsOn: [{ kind: "queue", id: "needed" }],
      }),
    ];
    expect(doomed(resources)).toEqual(["expired"]);
    const caches = expiredPolicy({ caches: true });
    expect(doomed(resources, caches)).toEqual(["expired", "fresh", "unending"]);
    const young = expiredPolicy({ caches: true, olderThan: 72 * HOUR });
    expect(doomed(resources, young)).toEqual([]);
  });

  it("allows for clocks that differ", () => {
    const justEnded = queue("a", { expires: ago(60_000) });
    expect(doomed([justEnded])).toEqual([]);
    const strict = planFrom([justEnded], expiredPolicy(), { ...now, clockSkew: 0 });
    expect(strict.deletions).toHaveLength(1);
  });

  it("goes by what is seen of an owner, not by the time", () => {
    expect(whyKept(queue("a", { ownerAlive: true }))).toBe("its owner is alive");
    const cache = { "faast:cache": "x", "faast:created": NOW.toISOString() };
    expect(whyKept(queue("a", { tags: cache, ownerAlive: true }))).toBe("it is in use");
    const young = { tags: tags(1000, -48 * HOUR), ownerAlive: false };
    expect(doomed([queue("a", young)])).toEqual(["a"]);
  });

  it("keeps what is younger than it is told", () => {
    const policy = expiredPolicy({ olderThan: 72 * HOUR });
    expect(whyKept(queue("a"), policy)).toBe("it is not old enough");
    expect(doomed([queue("a")], expiredPolicy({ olderThan: 47 * HOUR }))).toEqual(["a"]);
  });

  it("deletes one job, whatever its lease, and nothing else, where it is asked to", () => {
    const living = queue("living", { ownerAlive: true });
    const other = queue("other", { tags: tags(48 * HOUR, 24 * HOUR, OTHER_JOB) });
    const plan = planFrom([living, other], jobPolicy(JOB), now);
    expect(plan.deletions).toHaveLength(1);
    expect(plan.deletions[0]?.why).toBe("asked for, though its owner is alive");
    expect(plan.overridesLeases).toBe(true);
  });

  it("treats what jobs share each by itself", () => {
    const cache = (id: string, expires: number): Resource => ({
      kind: "layer",
      id,
      tags: { [tagNames.cache]: id, [tagNames.created]: ago(500 * HOUR).toISOString() },
      expires: ago(expires),
    });
    expect(doomed([cache("a", HOUR), cache("b", -HOUR)])).toEqual(["a"]);
    expect(doomed([cache("a", HOUR)], jobPolicy(JOB))).toEqual([]);
  });

  it("deletes nothing before what needs it, and begins somewhere where there is a circle", () => {
    const needs = (...ids: string[]) => ({ dependsOn: ids.map((id) => ({ kind: "queue", id })) });
    const [topic, subscription] = [queue("topic"), queue("subscription", needs("topic"))];
    expect(doomed([topic, subscription])).toEqual(["subscription", "topic"]);
    const chain = [queue("a"), queue("b", needs("a")), queue("c", needs("b", "a", "elsewhere"))];
    expect(doomed(chain)).toEqual(["c", "b", "a"]);
    const circle = [queue("a", needs("b")), queue("b", needs("a")), queue("c", needs("c"))];
    expect(doomed(circle).sort()).toEqual(["a", "b", "c"]);
  });

  it("keeps what something that stays needs, directly or not", () => {
    const needs = (id: string) => ({ dependsOn: [{ kind: "queue", id }] });
    const user = queue("user", { tags: {}, ...needs("middle") });
    const plan = planFrom(
      [queue("base"), queue("middle", needs("base")), user],
      expiredPolicy(),
      now,
    );
    expect(plan.deletions).toEqual([]);
    expect(plan.kept.map(({ why }) => why)).toEqual([
      "it does not bear our tags",
      "it is needed by the queue middle",
      "it is needed by the queue user",
    ]);
  });

  it("is made of every page of a listing, and of nothing less", async () => {
    const shelf = new Shelf(Array.from({ length: 7 }, (_, i) => queue(`q${i}`)));
    const counts: number[] = [];
    const plan = await makePlan(shelf, expiredPolicy(), {
      ...now,
      onListed: (count) => counts.push(count),
    });
    expect(plan.deletions).toHaveLength(7);
    expect(counts).toEqual([2, 4, 6, 7]);
    shelf.list = async function* () {
      yield [queue("q0")];
      throw new Error("page 2: throttled");
    };
    await expect(makePlan(shelf, expiredPolicy(), now)).rejects.toThrow("page 2: throttled");
  });

  it("counts once what is listed twice", () => {
    expect(doomed([queue("a"), queue("a")])).toEqual(["a"]);
  });

  it("takes more resources of one job in a page than a call takes arguments", async () => {
    const resources = Array.from({ length: 150_000 }, (_, i) => queue(`q${i}`));
    const shelf = new Shelf(resources, { pageSize: resources.length });
    expect((await makePlan(shelf, expiredPolicy(), now)).deletions).toHaveLength(150_000);
  });

  it("is given up by a signal", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(makePlan(new Shelf([]), expiredPolicy(), { signal })).rejects.toThrow("enough");
  });
});
