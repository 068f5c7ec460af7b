import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faast, log } from "@faast/core";
import type { Collector, DeploymentLease, Provider, Resource } from "@faast/core/provider";
import { loopbackProvider } from "./loopback-provider.ts";
import * as funcs from "./fixtures/functions.ts";

const DAY = 24 * 60 * 60_000;
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

const leftover = (id: string, age = 2 * DAY): Resource => ({
  kind: "thing",
  id,
  tags: {
    "faast:job": "11111111-2222-4333-8444-555555555555",
    "faast:created": ago(age),
    "faast:expires": ago(age - DAY / 2),
  },
});

/** A provider with leftovers, and what its collector was asked for. */
class Littered {
  readonly scope: string;
  resources: Resource[];
  listings = 0;
  signals: AbortSignal[] = [];
  scopeSignals: AbortSignal[] = [];
  /** What a listing waits for. */
  gate: Promise<unknown> = Promise.resolve();
  lease: DeploymentLease | undefined;

  constructor(scope: string, resources = [leftover("a"), leftover("b")]) {
    this.scope = scope;
    this.resources = resources;
  }

  get provider(): Provider<never> {
    const provider = loopbackProvider();
    const deploy = provider.deploy.bind(provider);
    return Object.assign(provider, {
      collector: () => this.collector(),
      deploy: async (...args: Parameters<typeof deploy>) => ({
        ...(await deploy(...args)),
        ...(this.lease === undefined ? {} : { lease: this.lease }),
      }),
    });
  }

  start(options: object = {}) {
    return faast(this.provider, funcs, options as never);
  }

  private collector(): Collector {
    const list = async () => {
      await this.gate;
      return this.resources;
    };
    return {
      scope: async (signal) => {
        if (signal !== undefined) this.scopeSignals.push(signal);
        return this.scope;
      },
      list: ({ signal }) => {
        this.listings++;
        this.signals.push(signal);
        return (async function* () {
          yield await list();
        })();
      },
      delete: async ({ id }) => {
        this.resources = this.resources.filter((each) => each.id !== id);
        return undefined;
      },
    };
  }
}

async function eventually(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !condition(); i++) await sleep(10);
  expect(condition()).toBe(true);
}
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const never = new Promise(() => undefined);

const cache = mkdtempSync(join(tmpdir(), "collection-test-"));
const before = process.env.XDG_CACHE_HOME;
beforeAll(() => (process.env.XDG_CACHE_HOME = cache));
afterAll(() => {
  if (before === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = before;
  rmSync(cache, { recursive: true });
});

describe('gc: "auto"', () => {
  it("collects leftovers beside the calls", async () => {
    const place = new Littered("beside");
    await using m = await place.start();
    expect(place.listings).toBe(0); // the first call goes first
    expect(await m.functions.hello("there")).toBe("hello there");
    await eventually(() => place.resources.length === 0);
  });

  it("does so once an hour in each place, however many ask", async () => {
    const [one, other] = [new Littered("one"), new Littered("other")];
    const modules = await Promise.all([...Array(5).keys()].map(() => one.start()));
    modules.push(await other.start());
    await eventually(() => one.resources.length + other.resources.length === 0);
    await sleep(200);
    expect([one.listings, other.listings]).toEqual([1, 1]);
    await Promise.all(modules.map((each) => each.cleanup()));
    // One file for each place and hour.
    const stamps = readdirSync(join(cache, "faast", "collections"));
    expect(stamps.every((name) => /^[0-9a-f]{64}-\d+$/.test(name))).toBe(true);
  });

  it("keeps what is younger than retentionInDays", async () => {
    const place = new Littered("young", [leftover("young", DAY * 0.9), leftover("old")]);
    await using _ = await place.start();
    await eventually(() => place.resources.length === 1);
    expect(place.resources[0]?.id).toBe("young");
  });

  it("does not hold up cleanup(), which gives it up", async () => {
    const place = new Littered("stuck");
    place.gate = never;
    const m = await place.start();
    await eventually(() => place.listings === 1);
    await m.cleanup();
    expect(place.signals[0]?.aborted).toBe(true);
    expect(place.scopeSignals[0]?.aborted).toBe(true);
    // Since it has not come to its end, the next job collects, in the same hour.
    place.gate = Promise.resolve();
    await using _ = await place.start();
    await eventually(() => place.resources.length === 0);
  });

  it("does not begin in a job that is over before", async () => {
    const place = new Littered("short");
    await (await place.start()).cleanup();
    await sleep(1500);
    expect(place.listings).toBe(0);
  });

  it("tells only the log what goes wrong", async () => {
    const { enabled, log: write } = log.gc;
    const lines: unknown[][] = [];
    Object.assign(log.gc, { enabled: true, log: (...args: unknown[]) => void lines.push(args) });
    try {
      const place = new Littered("broken");
      place.gate = Promise.reject(new Error("throttled"));
      place.gate.catch(() => undefined);
      await using m = await place.start();
      await eventually(() => lines.some((args) => args.includes("throttled")));
      expect(await m.functions.hello("there")).toBe("hello there");
    } finally {
      Object.assign(log.gc, { enabled, log: write });
    }
  });
});

describe('gc: "force"', () => {
  it("collects whenever it was done last, and cleanup() waits for it", async () => {
    const place = new Littered("forced");
    for (const id of ["first", "second"]) {
      place.resources = [leftover(id)];
      place.gate = sleep(200);
      await (await place.start({ gc: "force" })).cleanup();
      expect(place.resources).toEqual([]);
    }
  });

  it("is waited for no longer than gcTimeout", async () => {
    const place = new Littered("slow");
    place.gate = never;
    const m = await place.start({ gc: "force" });
    await eventually(() => place.listings === 1);
    await m.cleanup({ gcTimeout: 0.05 });
    expect(place.signals[0]?.aborted).toBe(true);
  });

  it("collects though nothing can be written to the user's cache directory", async () => {
    const place = new Littered("read only");
    process.env.XDG_CACHE_HOME = process.execPath; // a file
    try {
      await (await place.start({ gc: "force" })).cleanup();
    } finally {
      process.env.XDG_CACHE_HOME = cache;
    }
    expect(place.resources).toEqual([]);
  });

  it("tells whoever asked for it what goes wrong", async () => {
    const { enabled, log: write } = log.leaks;
    const lines: unknown[][] = [];
    Object.assign(log.leaks, { enabled: true, log: (...args: unknown[]) => void lines.push(args) });
    try {
      const place = new Littered("broken by force");
      place.gate = Promise.reject(new Error("throttled"));
      place.gate.catch(() => undefined);
      await (await place.start({ gc: "force" })).cleanup();
      expect(lines.flat()).toContain("throttled");
    } finally {
      Object.assign(log.leaks, { enabled, log: write });
    }
  });

  it("takes everything without a retention", async () => {
    const place = new Littered("all", [leftover("young", DAY * 0.9)]);
    await (await place.start({ gc: "force", retentionInDays: 0 })).cleanup();
    expect(place.resources).toEqual([]);
  });
});

it('gc: "off" asks for nothing', async () => {
  const place = new Littered("off");
  await using _ = await place.start({ gc: "off" });
  await sleep(1500);
  expect(place.listings).toBe(0);
});

describe("a lease", () => {
  it("is renewed while the client runs, also after a failure", async () => {
    const place = new Littered("lease", []);
    let renewals = 0;
    place.lease = {
      interval: 10,
      renew: async () => {
        if (++renewals === 2) throw new Error("throttled");
      },
    };
    const { enabled } = log.warn;
    log.warn.enabled = false;
    try {
      const m = await place.start({ gc: "off" });
      await eventually(() => renewals >= 4);
      await m.cleanup();
      const after = renewals;
      await sleep(100);
      expect(renewals).toBe(after);
    } finally {
      log.warn.enabled = enabled;
    }
  });

  it("is not renewed a second time before the first has come to an end", async () => {
    const place = new Littered("slow lease", []);
    let renewals = 0;
    place.lease = { interval: 5, renew: () => (renewals++, never as Promise<void>) };
    const m = await place.start({ gc: "off" });
    await sleep(100);
    expect(renewals).toBe(1);
    await m.cleanup();
  });
});
