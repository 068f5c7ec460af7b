// The packages that ours are compared with: installed on first use, and anew when their list changes.
import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

const manifest = fileURLToPath(new URL("../package.json", import.meta.url));
const cache = fileURLToPath(new URL("../../node_modules/.cache/benchmarks", import.meta.url));

/** Milliseconds for npm to download and install, at most. */
const INSTALL_TIME = 600_000;

/** Imports a package from beside itself, as a program that has it installed would. */
const loader = "export const load = (name) => import(name);\n";

/**
 * Gives the path of a module whose `load(name)` imports a package of the list.
 *
 * They are installed under a name of their own and then moved to the name that the list gives them, so
 * that what has that name is complete, and two processes that install at once do no harm.
 */
export async function peerLoader() {
  const text = await readFile(manifest, "utf8");
  const home = join(cache, createHash("sha256").update(text).digest("hex").slice(0, 16));
  if (!(await exists(home))) await install(text, home);
  return join(home, "load.mjs");
}

async function install(text, home) {
  const draft = join(cache, `draft-${randomUUID()}`);
  await mkdir(draft, { recursive: true });
  try {
    await writeFile(join(draft, "package.json"), text);
    await writeFile(join(draft, "load.mjs"), loader);
    const flags = ["--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"];
    await run("npm", ["install", ...flags], {
      cwd: draft,
      timeout: INSTALL_TIME,
      maxBuffer: 2 ** 26,
      shell: process.platform === "win32",
    }).catch((error) => {
      throw new Error(
        `What the benchmarks compare with could not be installed from benchmarks/package.json:\n${error.stderr}`,
        { cause: error },
      );
    });
    await rename(draft, home).catch(async (error) => {
      // Another process was faster: its copy is as good as ours.
      if (!(await exists(home))) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

const exists = (path) =>
  access(path).then(
    () => true,
    () => false,
  );
