import { fileURLToPath } from "node:url";

export default {
  projects: ["<rootDir>/packages/*/jest.config.mjs", "<rootDir>/examples/*/jest.config.mjs"],
  reporters: ["default", fileURLToPath(new URL("./scripts/summary-reporter.mjs", import.meta.url))],
};
