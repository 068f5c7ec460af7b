import { base } from "../../jest.config.base.mjs";

export default {
  ...base,
  // One emulator for all test files, each with an account of its own: test/emulator.ts.
  globalSetup: "<rootDir>/../../scripts/aws-emulator/jest-setup.mjs",
  globalTeardown: "<rootDir>/../../scripts/aws-emulator/jest-teardown.mjs",
};
