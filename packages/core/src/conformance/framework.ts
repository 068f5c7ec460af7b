/**
 * What the suite needs of a test framework: jest's and vitest's functions fit as they are; of
 * `node:test` and mocha, `before` and `after` go by the names here.
 */
export interface TestFramework {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => Promise<void>, timeout?: number): void;
  beforeAll(body: () => Promise<void>, timeout?: number): void;
  afterAll(body: () => Promise<void>, timeout?: number): void;
}

/** The framework with a deadline of the suite's own: what hangs is told by name in any framework. */
export function withDeadline(framework: TestFramework, seconds: number): TestFramework {
  const timeout = (seconds + 5) * 1000; // the framework's own is the back-stop
  const bounded = (what: string, body: () => Promise<void>) => async () => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(reject, seconds * 1000, new Error(`${what}: not over after ${seconds} s`));
    });
    try {
      await Promise.race([body(), late]);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    describe: (name, body) => framework.describe(name, body),
    it: (name, body) => framework.it(name, bounded(name, body), timeout),
    beforeAll: (body) => framework.beforeAll(bounded("setting up", body), timeout),
    afterAll: (body) => framework.afterAll(bounded("tearing down", body), timeout),
  };
}
