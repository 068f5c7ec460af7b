import { mkdtemp, rm } from "node:fs/promises";
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faast } from "../faast.js";
import type { FaastModule } from "../faast-module.js";
import type { Provider } from "../provider/contract.js";
import type * as functions from "./functions.js";
import { pause } from "./expectations.js";
import { withDeadline, type TestFramework } from "./framework.js";
import type { Capability, ConformanceSubject, SuiteOptions } from "./subject.js";

const functionsUrl = new URL("./functions.js", import.meta.url);

/** Milliseconds in which a platform may still be removing what `cleanup()` has asked it to. */
const SETTLING = 10_000;

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
  readonly framework: TestFramework;
  private readonly started = new Set<SuiteModule<object>>();
  private folder = "";
  private traces = 0;

  constructor(framework: TestFramework, subject: ConformanceSubject) {
    this.subject = subject;
    this.framework = withDeadline(framework, subject.deadline ?? 60);
  }

  get concurrency(): number {
    return this.subject.concurrency ?? 10;
  }

  can(capability: Capability): boolean {
    return this.subject.cannot?.includes(capability) !== true;
  }

  /** Registers a test, if the provider can do what it needs. */
  test(name: string, needs: readonly Capability[], body: () => Promise<void>): void {
    if (needs.every((each) => this.can(each))) this.framework.it(name, body);
  }

  /** `faast()` with the subject's provider and options. What a test forgets is cleaned up with the suite. */
  async start<M extends object = Functions>(
    options: SuiteOptions = {},
    { source = functionsUrl, provider = this.subject.provider }: StartSpec = {},
  ): Promise<SuiteModule<M>> {
    const all = { concurrency: this.concurrency, ...this.subject.options, ...options };
    const m = await faast<M, Provider<never>>(provider, source, all as never);
    this.started.add(m);
    return m;
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

  async open(): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), "conformance-"));
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.started].map((each) => each.cleanup()));
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Holds that nothing exists of what the suite has started: to be called where all is cleaned up. */
  async expectNothingLeft(): Promise<void> {
    const { leftovers } = this.subject;
    if (leftovers === undefined) return;
    const deadline = Date.now() + SETTLING;
    let left = await leftovers();
    while (left.length > 0 && Date.now() < deadline) {
      await pause(100);
      left = await leftovers();
    }
    assert.deepEqual([...left], [], "something is left after cleanup()");
  }
}
