// Starts jest with what ES modules need, in the folder it is called from: the workspace's root runs
// every package, a package's folder runs that package alone.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
// What jobs keep for later ones is not to be the user's own.
const cache = fileURLToPath(new URL("../node_modules/.cache/faast-tests", import.meta.url));
const jest = join(dirname(require.resolve("jest/package.json")), "bin/jest.js");
const { status, signal } = spawnSync(
  process.execPath,
  [
    "--experimental-vm-modules",
    "--disable-warning=ExperimentalWarning",
    jest,
    ...process.argv.slice(2),
  ],
  { stdio: "inherit", env: { ...process.env, XDG_CACHE_HOME: cache } },
);
process.exitCode = signal === null ? (status ?? 1) : 1;
