import { mkdtemp, rm } from "node:fs/promises";
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faast } from "../faast.js";
import type { FaastModule } from "../faast-module.js";
import type { CleanupOptions } from "../options/cleanup-options.js";
import type { Provider } from "../provider/contract.js";
import type * as functions from "./functions.js";
import { pause } from "./expectations.js";
import { within, withDeadline, type SuiteFramework, type TestFramework } from "./framework.js";
import type { Capability, ConformanceSubject, SuiteOptions } from "./subject.js";

const functionsUrl = new URL("./functions.js", import.meta.url);

/** Seconds in which a platform may still be removing what `cleanup()` has asked it to, at most. */
const SETTLING = 10;

export type Functions = typeof functions;
export type SuiteModule<M extends object = Functions> = FaastModule<M>;

/** What is to be started, where it is not the suite's own functions at the subject's provider. */
export interface StartSpec {
  readonly source?: URL;
  readonly provider?: Provider<never>;
}

/** What the groups of tests share. */
export class SuiteContext {
  readonly subject: ConformanceSubject;
  readonly framework: SuiteFramework;
  private readonly deadline: number;
  /** What has been started and not been cleaned up. */
  private readonly open = new Set<SuiteModule<object>>();
  /** What failed tests have left: each is told once. */
  private told: ReadonlySet<string> = new Set();
  private folder = "";
  private traces = 0;

  constructor(framework: TestFramework, subject: ConformanceSubject) {
    this.subject = subject;
    this.deadline = subject.deadline ?? 60;
    this.framework = withDeadline(framework, this.deadline);
  }

  get concurrency(): number {
    return this.subject.concurrency ?? 10;
  }

  can(capability: Capability): boolean {
    return this.subject.cannot?.includes(capability) !== true;
  }

  /** Registers a test; as left out, if the provider cannot do what it needs. */
  test(name: string, needs: readonly Capability[], body: () => Promise<void>): void {
    const lacking = needs.filter((each) => !this.can(each));
    if (lacking.length > 0) return this.framework.skip(`${name} (cannot: ${lacking.join(", ")})`);
    this.framework.it(name, async () => {
      const before = new Set(this.open);
      try {
        await body();
      } catch (error) {
        await this.afterFailure(before);
        throw error;
      }
    });
  }

  /** `faast()` with the subject's provider and options. What a failing test forgets is cleaned up for it. */
  async start<M extends object = Functions>(
    options: SuiteOptions = {},
    { source = functionsUrl, provider = this.subject.provider }: StartSpec = {},
  ): Promise<SuiteModule<M>> {
    const all = { concurrency: this.concurrency, ...this.subject.options, ...options };
    const starting = faast<M, Provider<never>>(provider, source, all as never);
    const m = await within(this.patience, "faast(), so the provider's deploy(),", starting);
    const cleanup = async (given?: CleanupOptions) => {
      await within(this.patience, "cleanup(), so the deployment's close(),", m.cleanup(given));
      if (given?.deleteResources !== false) this.open.delete(tracked);
    };
    const tracked = Object.create(m, { cleanup: { value: cleanup } }) as SuiteModule<M>;
    this.open.add(tracked);
    return tracked;
  }

  /** A module for all tests of a group, cleaned up after the last. */
  shared(options: SuiteOptions, spec?: StartSpec): () => SuiteModule {
    let m: SuiteModule | undefined;
    this.framework.beforeAll(async () => {
      m = await this.start(options, spec);
    });
    this.framework.afterAll(async () => {
      await m?.cleanup();
      await this.expectNothingLeft();
    });
    return () => {
      assert.ok(m !== undefined, "the group's module was not started");
      return m;
    };
  }

  /** The path of a file for traces that nobody has used yet. */
  traceFile(): string {
    return join(this.folder, `trace-${this.traces++}`);
  }

  async begin(): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), "conformance-"));
  }

  async end(): Promise<void> {
    await Promise.allSettled([...this.open].map((each) => each.cleanup()));
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Holds that nothing exists of what the suite has started: to be called where all is cleaned up. */
  async expectNothingLeft(): Promise<void> {
    const deadline = Date.now() + Math.min(SETTLING, this.deadline / 3) * 1000;
    let left = await this.leftovers();
    while (left.length > 0 && Date.now() < deadline) {
      await pause(100);
      left = await this.leftovers();
    }
    this.told = new Set([...this.told, ...left]);
    // An array of this realm: the subject's may be of another.
    assert.deepEqual([...left], [], "something is left after cleanup()");
  }

  /** Seconds for a single step: less than for the test, so that it is the step that is named. */
  private get patience(): number {
    return this.deadline * 0.8;
  }

  private async leftovers(): Promise<string[]> {
    const all = (await this.subject.leftovers?.()) ?? [];
    return all.filter((each) => !this.told.has(each));
  }

  /** Cleans up what a failed test has left, so that no other is blamed for it. */
  private async afterFailure(before: ReadonlySet<SuiteModule<object>>): Promise<void> {
    const own = [...this.open].filter((each) => !before.has(each));
    for (const each of own) this.open.delete(each);
    const cleaned = Promise.allSettled(own.map((each) => each.cleanup()));
    await Promise.race([cleaned, pause(this.deadline * 100)]);
    if (this.open.size === 0) this.told = new Set([...this.told, ...(await this.leftovers())]);
  }
}
