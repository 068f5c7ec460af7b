// AWS's own runtime client for Node, which the tests of the AWS provider run functions under. It is no
// dependency of the workspace: it is built when it is installed, by tools that not every machine has.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const VERSION = "4.0.2";
const cache = fileURLToPath(
  new URL(`../node_modules/.cache/faast/aws-lambda-ric-${VERSION}`, import.meta.url),
);
const directory = join(cache, "node_modules/aws-lambda-ric");
/** What the build leaves behind; it serves every version of Node. */
const built = join(directory, "rapid-client.node");
const tools = ["autoconf", "automake", "libtoolize", "cmake", "make", "g++", "tar", "xz"];

/**
 * Installs the client into a cache, if it is not there.
 *
 * @returns its directory, or why it cannot be had.
 */
export function installRuntimeClient() {
  if (existsSync(built)) return { directory };
  if (process.platform !== "linux") return { reason: "it is built on Linux only" };
  const missing = tools.filter((each) => !canRun(each));
  if (missing.length > 0) return { reason: `its build needs ${missing.join(", ")}` };
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, "package.json"), '{ "private": true }\n');
  try {
    const install = ["install", "--no-audit", "--no-fund", `aws-lambda-ric@${VERSION}`];
    execFileSync("npm", install, { cwd: cache, stdio: ["ignore", "ignore", "pipe"] });
  } catch (error) {
    return { reason: `npm could not install it: ${String(error.stderr ?? error).slice(-2000)}` };
  }
  return existsSync(built) ? { directory } : { reason: "its build has left nothing behind" };
}

function canRun(tool) {
  try {
    execFileSync(tool, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { directory: found, reason } = installRuntimeClient();
  console.log(found ?? `could not run: ${reason}`);
}
