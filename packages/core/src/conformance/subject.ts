import type { CommonOptions } from "../options/common-options.js";
import type { Provider } from "../provider/contract.js";

/** What some providers, or some of their modes, cannot do. */
export type Capability =
  /** Functions run in a process or thread of their own: they may exit, crash and spin without harm. */
  | "isolation"
  /** That is a process, not a thread: they may abort it, or have it killed. */
  | "own process"
  /** A heap that is exhausted is told as such, and limited by `childProcessMemoryMb`. */
  | "memory limit"
  /** Functions see the caller's temporary directory, where the suite has them leave traces. */
  | "shared files";

/** A configuration with which `deploy` must fail, and leave nothing. */
export interface FailingDeployment {
  /** Completes "a deployment that fails by …". */
  readonly by: string;
  readonly options: object;
  /** What the error's message has to say. */
  readonly message: RegExp;
}

/** What the suite is to try: a provider, in one of its configurations. */
export interface ConformanceSubject {
  /** As in "conformance of …". */
  readonly name: string;
  /** The provider itself; its type of options does not matter here. */
  readonly provider: Provider<never>;
  /** Options for each `faast()`, beside those that a test sets. */
  readonly options?: object;
  /** What it cannot do, by its documentation. The tests that need it are left out. */
  readonly cannot?: readonly Capability[];
  /** Calls in flight at a time. Default: 10. */
  readonly concurrency?: number;
  /** Seconds that a test may take. Default: 60. */
  readonly deadline?: number;
  /**
   * Lists what exists of the jobs that the suite has started, in the words that its owner knows. The suite
   * holds that it is nothing after each `cleanup()`. Without it, nobody knows.
   */
  readonly leftovers?: () => Promise<readonly string[]>;
  /**
   * Reads the log at such a URL, for the suite to see that what functions print is there. Concurrency is
   * that of the suite: the log may be another worker's, so give all of the job where they are many.
   */
  readonly readLog?: (logUrl: string) => Promise<string>;
  readonly failingDeployments?: readonly FailingDeployment[];
  /**
   * Makes the removal of one resource fail; what it resolves with lets it be removed again. The suite
   * holds that `cleanup()` tells of it, removes the rest, and removes it when called again.
   */
  readonly breakCleanup?: () => Promise<() => Promise<void>>;
}

/** Options that the suite itself gives. */
export type SuiteOptions = CommonOptions & Record<string, unknown>;
