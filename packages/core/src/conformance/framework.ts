/**
 * What the suite needs of a test framework: jest's and vitest's functions fit as they are; of
 * `node:test` and mocha, `before` and `after` go by the names here.
 */
export interface TestFramework {
  describe(name: string, body: () => void): void;
  it: {
    (name: string, body: () => Promise<void>, timeout?: number): void;
    /** Tells of a test that is left out. */
    skip?(name: string, body: () => Promise<void>): void;
  };
  beforeAll(body: () => Promise<void>, timeout?: number): void;
  afterAll(body: () => Promise<void>, timeout?: number): void;
}

/** What the suite makes of it. */
export interface SuiteFramework {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => Promise<void>): void;
  skip(name: string): void;
  beforeAll(body: () => Promise<void>): void;
  afterAll(body: () => Promise<void>): void;
}

/**
 * Resolves as a promise does, or fails by name after so many seconds.
 *
 * @param what - completes "… was not over after 10 s".
 */
export async function within<T>(seconds: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`${what} was not over after ${seconds} s`);
    timer = setTimeout(reject, seconds * 1000, error);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The framework with a deadline of the suite's own: what hangs is told by name in any framework. */
export function withDeadline(framework: TestFramework, seconds: number): SuiteFramework {
  const timeout = (seconds + 5) * 1000; // the framework's own is the back-stop
  const bounded = (what: string, body: () => Promise<void>) => () => within(seconds, what, body());
  return {
    describe: (name, body) => framework.describe(name, body),
    it: (name, body) => framework.it(name, bounded(`"${name}"`, body), timeout),
    skip: (name) => framework.it.skip?.(name, () => Promise.resolve()),
    beforeAll: (body) => framework.beforeAll(bounded("setting up", body), timeout),
    afterAll: (body) => framework.afterAll(bounded("tearing down", body), timeout),
  };
}
