// Starts jest with what ES modules need, in the folder it is called from: the workspace's root runs
// every package, a package's folder runs that package alone.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const jest = join(dirname(require.resolve("jest/package.json")), "bin/jest.js");
const { status, signal } = spawnSync(
  process.execPath,
  [
    "--experimental-vm-modules",
    "--disable-warning=ExperimentalWarning",
    jest,
    ...process.argv.slice(2),
  ],
  { stdio: "inherit" },
);
process.exitCode = signal === null ? (status ?? 1) : 1;
