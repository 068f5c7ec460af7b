// Shared by every package: tests are TypeScript, run as ES modules, and import packages by their
// published names, so that what is tested is the built package and its `exports` map.
export const base = {
  testEnvironment: "node",
  // Generous: what must not hang has a deadline of its own, and machines are busy.
  testTimeout: 60_000,
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "\\.ts$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "es6" } },
    ],
  },
};
