import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { bundle, type Bundle, type BundleOptions } from "@faast/bundler";

const execute = promisify(execFile);

/** Whatever a stuck process could cost a test. */
const DEADLINE = 60_000;

export const workerEntry = fileURLToPath(new URL("./fixtures/worker-entry.mjs", import.meta.url));

const made: string[] = [];

export async function temporaryDirectory(): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "faast-bundler-test-")));
  made.push(directory);
  return directory;
}

/** To be called after all tests of a file. */
export async function removeTemporaryDirectories(): Promise<void> {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true, force: true });
}

/** A project of these files, in a directory of its own. */
export async function project(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await temporaryDirectory();
  await addFiles(root, files);
  return root;
}

export async function addFiles(root: string, files: Readonly<Record<string, string>>) {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
    if (content.startsWith("#!")) await chmod(join(root, path), 0o755);
  }
}

/** Runs node to its end. Rejects when it fails. */
export async function node(
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; uid?: number; gid?: number } = {},
): Promise<{ stdout: string; stderr: string }> {
  const { NODE_OPTIONS: _inherited, ...env } = process.env;
  return execute(process.execPath, args, {
    timeout: DEADLINE,
    ...options,
    env: { ...env, ...options.env },
  });
}

/** A bundle, written to a directory. */
export class Installation {
  readonly bundle: Bundle;
  readonly directory: string;

  constructor(bundle: Bundle, directory: string) {
    this.bundle = bundle;
    this.directory = directory;
  }

  /** Bundles with the fixture's worker, and writes the files elsewhere. */
  static async of(options: BundleOptions): Promise<Installation> {
    const bundled = await bundle({ entry: workerEntry, ...options });
    const directory = join(await temporaryDirectory(), "code");
    await bundled.writeTo(directory);
    return new Installation(bundled, directory);
  }

  /** What the worker prints of a call. */
  async call(key: string, ...args: string[]): Promise<{ value?: unknown; error?: string }> {
    const { stdout } = await node([join(this.directory, "index.mjs"), key, ...args]);
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as {
      value?: unknown;
      error?: string;
    };
  }
}

/** Bundles a project that has one file, and calls one function of it. */
export async function callIn(
  files: Readonly<Record<string, string>>,
  module: string,
  key: string,
): Promise<unknown> {
  const installation = await Installation.of({ module, root: await project(files) });
  const { value, error } = await installation.call(key);
  if (error !== undefined) throw new Error(error);
  return value;
}

/** The error that a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { code?: unknown }> {
  return promise.then(
    () => Promise.reject(new Error("This should have been rejected.")),
    (error: unknown) => error as Error,
  );
}
