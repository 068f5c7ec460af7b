/**
 * The suite that every provider passes: the behaviour of a call, whatever it runs on.
 *
 * @packageDocumentation
 */
export { conformanceSuite } from "./conformance-suite.js";
export type { TestFramework } from "./framework.js";
export type { Capability, ConformanceSubject, FailingDeployment, SuiteOptions } from "./subject.js";
export type { Functions, StartSpec, SuiteContext, SuiteModule } from "./suite-context.js";
export { FaultInjector, unreliable, type Faults } from "./fault-injection.js";
