// The Python environment of the emulator: made once from requirements.txt, and anew when that changes.
import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url));
const cache = fileURLToPath(new URL("../../node_modules/.cache/aws-emulator", import.meta.url));

/** Milliseconds for pip to download and install, at most. */
const INSTALL_TIME = 300_000;
/** Milliseconds after which an environment for other requirements is surely not being made or used. */
const STALE_AFTER = 24 * 60 * 60 * 1000;

/**
 * Gives the Python interpreter that has the emulator installed.
 *
 * An environment is made under a name of its own and then renamed to the name that its requirements
 * give it, so that what has that name is complete, and two processes that make it at once do no harm.
 */
export async function emulatorPython() {
  const interpreter = await basePython();
  const text = await readFile(requirements, "utf8");
  const digest = createHash("sha256").update(interpreter.version).update(text).digest("hex");
  const home = join(cache, `python-${digest.slice(0, 16)}`);
  if (!(await exists(home))) await makeEnvironment(interpreter.command, home);
  return pythonIn(home);
}

async function makeEnvironment(command, home) {
  await mkdir(cache, { recursive: true });
  await removeStale();
  const draft = join(cache, `draft-${randomUUID()}`);
  try {
    await run(command, ["-m", "venv", draft]).catch((error) => {
      throw new Error(
        `The AWS emulator needs Python's venv module, and "${command} -m venv" failed. ${advice}\n${outputOf(error)}`,
        { cause: error },
      );
    });
    const flags = ["--disable-pip-version-check", "--no-input", "--quiet", "--no-deps"];
    await run(pythonIn(draft), ["-m", "pip", "install", ...flags, "-r", requirements], {
      timeout: INSTALL_TIME,
    }).catch((error) => {
      throw new Error(
        `The AWS emulator could not be installed from scripts/aws-emulator/requirements.txt. Is the Python package index reachable?\n${outputOf(error)}`,
        { cause: error },
      );
    });
    await rename(draft, home).catch(async (error) => {
      // Another process was faster: its environment is as good as ours.
      if (!(await exists(home))) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

const advice =
  "Install Python 3.10 or later with its venv module: `apt-get install python3 python3-venv` on Debian and Ubuntu, `dnf install python3` on Fedora, `brew install python` on macOS.";

/** The system's Python, and its version, on which an environment depends. */
async function basePython() {
  const script = "import sys; print('%d.%d' % sys.version_info[:2])";
  const { stdout } = await run("python3", ["-c", script]).catch((error) => {
    throw new Error(`The AWS emulator needs python3, which could not be run. ${advice}`, {
      cause: error,
    });
  });
  const version = stdout.trim();
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 3 || (major === 3 && minor < 10)) {
    throw new Error(
      `The AWS emulator needs Python 3.10 or later; python3 is ${version}. ${advice}`,
    );
  }
  return { command: "python3", version };
}

/** Environments for earlier requirements, and drafts whose maker died. */
async function removeStale() {
  for (const name of await readdir(cache)) {
    const path = join(cache, name);
    const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    if (age > STALE_AFTER) await rm(path, { recursive: true, force: true });
  }
}

// `bin/python` finds its packages by its own place: it goes on working after the rename, unlike the
// scripts that pip writes.
const pythonIn = (home) => join(home, "bin", "python");

const outputOf = (error) => String(error.stderr || error.message).trim();

const exists = (path) =>
  access(path).then(
    () => true,
    () => false,
  );
