import { expiredPolicy, jobPolicy, makePlan, sweep, type SweepOptions } from "@faast/gc";
import { HOUR, JOB, NOW, OTHER_JOB, queue, Shelf, tags, type ShelfOptions } from "./shelf.ts";

const needs = (...ids: string[]) => ({ dependsOn: ids.map((id) => ({ kind: "queue", id })) });

async function swept(shelf: Shelf, options: SweepOptions = {}) {
  const plan = await makePlan(shelf, expiredPolicy(), { now: NOW });
  const report = await sweep(shelf, plan, { backoff: 1, ...options });
  const ids = (list: readonly { resource: { id: string } }[]) =>
    list.map((each) => each.resource.id);
  return {
    ...report,
    ids: {
      deleted: ids(report.deleted),
      skipped: ids(report.skipped),
      failed: ids(report.failed),
    },
  };
}

const many = (count: number) => Array.from({ length: count }, (_, i) => queue(`q${i}`));

describe("a sweep", () => {
  it("deletes what is planned and tells of each", async () => {
    const shelf = new Shelf([...many(5), queue("foreign", { tags: {} })]);
    const told: string[] = [];
    const { ids } = await swept(shelf, {
      onProgress: ({ done, total, outcome }) => told.push(`${done}/${total} ${outcome}`),
    });
    expect(ids.deleted.sort()).toEqual(["q0", "q1", "q2", "q3", "q4"]);
    expect([...shelf.resources.keys()]).toEqual(["queue foreign"]);
    expect(told).toEqual(["1/5", "2/5", "3/5", "4/5", "5/5"].map((each) => `${each} deleted`));
  });

  it("goes on, and reports, though what it tells of its progress throws", async () => {
    const onProgress = () => {
      throw new Error("no terminal");
    };
    expect((await swept(new Shelf(many(3)), { onProgress })).ids.deleted).toHaveLength(3);
  });

  it("has no more deletions under way than it may", async () => {
    // So long that all that may begin together do.
    const onDelete = () => new Promise<void>((resolve) => setTimeout(resolve, 50));
    const shelf = new Shelf(many(12), { onDelete });
    await swept(shelf);
    expect(shelf.busiest).toBe(4);
    const slow = new Shelf(many(4), { onDelete });
    await swept(slow, { pace: { concurrency: 1 } });
    expect(slow.busiest).toBe(1);
    const generous = new Shelf(many(12), { onDelete });
    await swept(generous, { pace: { concurrency: 50 } });
    expect(generous.busiest).toBe(4); // the service's limit is the limit
  });

  it("begins no more deletions a second than it may", async () => {
    const starts: number[] = [];
    const shelf = new Shelf(many(6), { onDelete: () => void starts.push(performance.now()) });
    await swept(shelf, { pace: { rate: 50 } });
    expect(starts).toHaveLength(6);
    // Timers may fire a little early.
    expect((starts.at(-1) ?? 0) - (starts[0] ?? 0)).toBeGreaterThan(5 * 20 - 10);
  });

  it("keeps the order", async () => {
    const shelf = new Shelf([
      queue("a"),
      queue("b", needs("a")),
      queue("c", needs("a")),
      queue("d", needs("b", "c")),
    ]);
    await swept(shelf);
    expect(shelf.order[0]).toBe("d");
    expect(shelf.order[3]).toBe("a");
  });

  it("ends where resources need one another in a circle", async () => {
    const shelf = new Shelf([queue("a", needs("b")), queue("b", needs("a"))]);
    expect((await swept(shelf)).ids.deleted.sort()).toEqual(["a", "b"]);
  });

  it("tries again what fails", async () => {
    let attempts = 0;
    const shelf = new Shelf([queue("a")], {
      onDelete: () => {
        if (++attempts < 4) throw new Error("throttled");
      },
    });
    expect((await swept(shelf)).ids.deleted).toEqual(["a"]);
    expect(attempts).toBe(4);
  });

  it("reports what it cannot delete, and leaves alone what that needs", async () => {
    const refused = new Error("access denied");
    const options: ShelfOptions = {
      onDelete: ({ id }) => {
        if (id === "user") throw refused;
      },
    };
    const shelf = new Shelf([queue("base"), queue("user", needs("base")), queue("other")], options);
    const { failed, skipped, ids } = await swept(shelf, { retries: 2 });
    expect(ids.deleted).toEqual(["other"]);
    expect(failed).toEqual([
      expect.objectContaining({ error: refused, reason: "access denied", attempts: 3 }),
    ]);
    expect(skipped).toEqual([
      expect.objectContaining({
        reason: "the queue user, which needs it, was not deleted",
      }),
    ]);
  });

  it("does not try again what cannot pass", async () => {
    const shelf = new Shelf([queue("a")], {
      onDelete: () => {
        throw new Error("access denied");
      },
      isTransient: () => false,
    });
    expect((await swept(shelf)).failed[0]?.attempts).toBe(1);
  });

  it("ends an attempt that never ends", async () => {
    const signals: AbortSignal[] = [];
    const shelf = new Shelf([queue("a")], {
      onDelete: (_, signal) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
    });
    const { failed } = await swept(shelf, { retries: 1, attemptTime: 20 });
    expect(failed[0]).toMatchObject({ attempts: 2, reason: "it took longer than 0.02 s" });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it("spares what the collector spares, and says why", async () => {
    const shelf = new Shelf([queue("a")], { onDelete: () => ({ spared: "it is in use" }) });
    expect((await swept(shelf)).skipped[0]?.reason).toBe("it is in use");
  });

  it("reads the lease of each job once more, before the first deletion", async () => {
    const asked: string[] = [];
    const shelf = new Shelf(
      [...many(3), queue("other", { tags: tags(48 * HOUR, 24 * HOUR, OTHER_JOB) })],
      {
        readLease: async (job) => {
          asked.push(job);
          return job === JOB ? { expires: new Date(Date.now() + HOUR) } : undefined;
        },
      },
    );
    const { ids, skipped } = await swept(shelf);
    expect(asked.sort()).toEqual([JOB, OTHER_JOB]);
    expect(ids.deleted).toEqual(["other"]);
    expect(skipped[0]?.reason).toBe("its lease has been renewed meanwhile");
  });

  it("deletes nothing of a job whose lease does not tell its end any more", async () => {
    const shelf = new Shelf([queue("a")], { readLease: () => Promise.resolve({}) });
    const { ids, skipped } = await swept(shelf);
    expect(ids.deleted).toEqual([]);
    expect(skipped[0]?.reason).toBe("nothing tells any more when its lease ends");
  });

  it("deletes nothing of a job whose lease cannot be read again", async () => {
    const error = new Error("throttled");
    const shelf = new Shelf(many(2), { readLease: () => Promise.reject(error) });
    const { ids, failed } = await swept(shelf, { retries: 2 });
    expect(ids.deleted).toEqual([]);
    expect(ids.failed.sort()).toEqual(["q0", "q1"]);
    const reason = "its lease could not be read again: throttled";
    expect(failed[0]).toMatchObject({ reason, error, attempts: 3 });
  });

  it("reads a lease again that could not be read, or takes too long", async () => {
    let reads = 0;
    const shelf = new Shelf(many(2), {
      readLease: () => {
        if (++reads === 1) return Promise.reject(new Error("throttled"));
        return reads === 2 ? new Promise(() => undefined) : Promise.resolve(undefined);
      },
    });
    const { ids } = await swept(shelf, { attemptTime: 100, backoff: 20 });
    expect(ids.deleted.sort()).toEqual(["q0", "q1"]);
    expect(reads).toBeLessThanOrEqual(4);
  });

  it("does not read a lease again that it may not read", async () => {
    const shelf = new Shelf([queue("a")], {
      readLease: () => Promise.reject(new Error("access denied")),
      isTransient: () => false,
    });
    expect((await swept(shelf)).failed[0]?.attempts).toBe(1);
  });

  it("does not ask for the lease of a job that was named", async () => {
    const shelf = new Shelf([queue("a", { ownerAlive: true })], {
      readLease: async () => ({ ownerAlive: true }),
    });
    const report = await sweep(shelf, await makePlan(shelf, jobPolicy(JOB)));
    expect(report.deleted).toHaveLength(1);
  });

  it("gives up when its signal fires, and tells what it has not done", async () => {
    const abort = new AbortController();
    const shelf = new Shelf(many(10), {
      pace: { concurrency: 1, rate: 100_000 },
      onDelete: ({ id }) => {
        if (id === "q2") {
          abort.abort();
          return new Promise(() => undefined);
        }
      },
    });
    const { ids, skipped, failed } = await swept(shelf, { signal: abort.signal });
    expect(ids.deleted).toEqual(["q0", "q1"]);
    expect(failed).toEqual([]);
    expect(skipped).toHaveLength(8);
    expect(new Set(skipped.map(({ reason }) => reason))).toEqual(
      new Set(["the sweep was given up"]),
    );
  });
});
