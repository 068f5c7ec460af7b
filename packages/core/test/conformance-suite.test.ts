import { conformanceSuite, type ConformanceSubject } from "@faast/core/conformance";
import type { Deployment, FunctionKind } from "@faast/core/provider";
import { loopbackProvider } from "./loopback-provider.ts";

type Body = () => Promise<void>;

/** A test framework in miniature: runs one group of tests, and tells what became of each. */
class Runner {
  readonly failures = new Map<string, string>();
  readonly passed: string[] = [];
  readonly skipped: string[] = [];
  private readonly steps: Body[] = [];
  private readonly ends: Body[] = [];
  private readonly group: string;
  private depth: string[] = [];

  constructor(group: string) {
    this.group = group;
  }

  async run(subject: ConformanceSubject): Promise<this> {
    const it = (name: string, body: Body) => this.add(name, body);
    it.skip = (name: string) => void this.skipped.push(name);
    conformanceSuite(
      {
        it,
        describe: (name, body) => {
          this.depth.push(name);
          body();
          this.depth.pop();
        },
        beforeAll: (body) => this.add("before", body),
        afterAll: (body) => this.depth.length < 2 && this.ends.push(body),
      },
      subject,
    );
    for (const step of [...this.steps, ...this.ends]) await step();
    return this;
  }

  private add(name: string, body: Body): void {
    if (this.depth.length > 1 && !this.depth.includes(this.group)) return;
    this.steps.push(async () => {
      try {
        await body();
        this.passed.push(name);
      } catch (error) {
        this.failures.set(name, (error as Error).message);
      }
    });
  }
}

/** The first group of the suite, over a provider within this process that is changed. */
function tried(change: (deployment: Deployment) => Partial<Deployment>) {
  const existing = new Set<string>();
  const provider = loopbackProvider();
  const deploy = provider.deploy.bind(provider);
  provider.deploy = async (spec, signal) => {
    const deployment = await deploy(spec, signal);
    const { name } = (spec as unknown as { job: { name: string } }).job;
    existing.add(name);
    const exports = (await import(spec.moduleFile)) as Record<string, unknown>;
    const good: Deployment = {
      ...deployment,
      functions: new Map(Object.entries(exports).flatMap(kindOf)),
      close: async ({ deleteResources }) => void (deleteResources && existing.delete(name)),
    };
    return { ...good, ...change(good) };
  };
  return new Runner("first of all").run({
    name: "a provider that is changed",
    provider: provider,
    cannot: ["isolation", "own process", "memory limit"],
    deadline: 3,
    leftovers: async () => [...existing],
  });
}

function kindOf([key, value]: [string, unknown]): [string, FunctionKind][] {
  if (typeof value !== "function" || /^class\b/.test(String(value))) return [];
  const isGenerator = value.constructor.name === "GeneratorFunction";
  return [[key, isGenerator ? "generator" : "function"]];
}

const answers = "a job is deployed, answers a call, and is cleaned up";
const keeps = "cleanup() keeps what was created if it is told to, and removes it when called again";

describe("the conformance suite", () => {
  it("passes a provider that does all, and tells what it was told to leave out", async () => {
    const { failures, passed, skipped } = await tried(() => ({}));
    expect([...failures]).toEqual([]);
    expect(passed).toEqual(expect.arrayContaining([answers, keeps]));
    expect(skipped.join()).toContain("files to include are there");
    expect(skipped.join()).toContain("(cannot: own process)");
  });

  it("finds one that removes what is to be kept", async () => {
    const { failures } = await tried(({ close }) => ({
      close: (options) => close({ ...options, deleteResources: true }),
    }));
    expect([...failures.keys()]).toEqual([keeps]);
  });

  it("finds one that leaves something, each time once", async () => {
    const { failures } = await tried(() => ({ close: async () => undefined }));
    expect([...failures.keys()]).toEqual([answers, keeps]);
    expect(failures.get(answers)).toMatch(/something is left after cleanup\(\)/);
    const names = [...failures.values()].map((each) => /faast-[\da-f-]+/.exec(each)?.[0]);
    expect(new Set(names).size).toBe(names.length);
  });

  it("names the step that does not end", async () => {
    const { failures } = await tried(() => ({
      close: () => new Promise((resolve) => setTimeout(resolve, 8000)),
    }));
    expect(failures.get(answers)).toMatch(/close\(\), was not over after/);
  });

  it("finds one that loses answers, and blames nothing else", async () => {
    const { failures } = await tried(() => ({ invoke: async () => undefined }));
    expect([...failures.keys()]).toEqual([answers, keeps]);
    expect(failures.get(answers)).not.toContain("left");
  });
});
