import { base } from "../../jest.config.base.mjs";

// Against the account that the environment names: npm run test:aws:live.
export default {
  ...base,
  testMatch: ["<rootDir>/test/live/*.live.ts"],
  maxWorkers: 1,
};
