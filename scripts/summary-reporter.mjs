// The last line of a test run: one count that people and machines can read alike.
export default class SummaryReporter {
  onRunComplete(_contexts, results) {
    // A suite that could not even load has no tests of its own to count; it still failed.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    process.stdout.write(`\n${results.numPassedTests} passed, ${failed} failed\n`);
  }
}
