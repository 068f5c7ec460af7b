import { cancellationTests } from "./cancellation-tests.js";
import { errorTests } from "./error-tests.js";
import { faultTests } from "./fault-tests.js";
import { flowTests } from "./flow-tests.js";
import type { TestFramework } from "./framework.js";
import { lifeTests } from "./life-tests.js";
import { streamTests } from "./stream-tests.js";
import type { ConformanceSubject } from "./subject.js";
import { SuiteContext } from "./suite-context.js";
import { valueTests } from "./value-tests.js";
import { workerTests } from "./worker-tests.js";

const groups: Record<string, (context: SuiteContext) => void> = {
  "first of all": lifeTests,
  values: valueTests,
  errors: errorTests,
  "workers that die": workerTests,
  streams: streamTests,
  flow: flowTests,
  cancellation: cancellationTests,
  faults: faultTests,
};

/**
 * Registers the tests that every provider must pass, whatever it runs on: that calls behave the same
 * everywhere.
 *
 * @param framework - the test framework's functions; jest's and vitest's as they are.
 * @param subject - the provider, in one of its configurations, and what it cannot do.
 * @param additional - registers tests of the provider's own beside them.
 * @example
 * ```ts
 * import { conformanceSuite } from "@faast/core/conformance";
 * import { afterAll, beforeAll, describe, it } from "vitest";
 * import { provider } from "./my-provider.js";
 *
 * conformanceSuite({ describe, it, beforeAll, afterAll }, { name: "my cloud", provider });
 * ```
 */
export function conformanceSuite(
  framework: TestFramework,
  subject: ConformanceSubject,
  additional?: (context: SuiteContext) => void,
): void {
  const context = new SuiteContext(framework, subject);
  context.framework.describe(`conformance of ${subject.name}`, () => {
    context.framework.beforeAll(() => context.begin());
    context.framework.afterAll(() => context.end());
    for (const [name, tests] of Object.entries(groups))
      context.framework.describe(name, () => tests(context));
    if (additional !== undefined)
      context.framework.describe("of its own", () => additional(context));
  });
}
