import { base } from "../../jest.config.base.mjs";

/** Long, or not yet reliable on a busy machine: run by `npm run test:full` (see docs/aws.md). */
const slow = ["streams", "cancellation", "permissions"];

export default {
  ...base,
  testPathIgnorePatterns: process.env.FAAST_TEST_FULL
    ? []
    : slow.map((name) => `<rootDir>/test/${name}\\.test\\.ts$`),
  // One emulator for all test files, each with an account of its own: test/emulator.ts.
  globalSetup: "<rootDir>/../../scripts/aws-emulator/jest-setup.mjs",
  globalTeardown: "<rootDir>/../../scripts/aws-emulator/jest-teardown.mjs",
};
