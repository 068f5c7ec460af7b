import { fileURLToPath } from "node:url";
import { base } from "./jest.config.base.mjs";

export default {
  // Tests wait more than they work: one file each processor, not one less.
  maxWorkers: "100%",
  // A project's own time-out does not count when several run together.
  testTimeout: base.testTimeout,
  projects: ["<rootDir>/packages/*/jest.config.mjs", "<rootDir>/examples/*/jest.config.mjs"],
  reporters: ["default", fileURLToPath(new URL("./scripts/summary-reporter.mjs", import.meta.url))],
};
