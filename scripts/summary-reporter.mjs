import { writeSync } from "node:fs";

// The last line of a test run: one count that people and machines can read alike.
export default class SummaryReporter {
  onRunComplete(_contexts, results) {
    // A suite that could not even load has no tests of its own to count; it still failed.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const line = `\n${results.numPassedTests} passed, ${failed} failed\n`;
    process.once("exit", () => writeSync(1, line));
  }
}
