import type * as Esbuild from "esbuild";
import { createRequire } from "node:module";

type EsbuildApi = Pick<typeof Esbuild, "context" | "transform" | "stop">;

interface Instance {
  readonly esbuild: EsbuildApi;
  /** Nobody else holds this instance, so that stopping it disturbs nobody. */
  readonly isPrivate: boolean;
}

let instance: Instance | undefined;
let users = 0;

/**
 * Lends esbuild. It runs a child process, which would outlive the last build: an instance of our own
 * is stopped when its last user is done, and the next user starts it again.
 */
export async function withEsbuild<T>(use: (esbuild: EsbuildApi) => Promise<T>): Promise<T> {
  const { esbuild, isPrivate } = (instance ??= loadInstance());
  users += 1;
  try {
    return await use(esbuild);
  } finally {
    users -= 1;
    if (users === 0 && isPrivate) await esbuild.stop();
  }
}

/** A copy of esbuild beside the one that the user's program may hold: `stop()` would end both. */
function loadInstance(): Instance {
  const require = createRequire(import.meta.url);
  const file = require.resolve("esbuild");
  // Under jest the cache is a view that ignores changes: we then share the copy, and let it be.
  const { cache } = require;
  const theirs = cache[file];
  Reflect.deleteProperty(cache, file);
  try {
    const esbuild = require(file) as EsbuildApi;
    const ours = cache[file];
    Reflect.deleteProperty(cache, file);
    const isPrivate = cache[file] === undefined && ours !== undefined && ours !== theirs;
    return { esbuild, isPrivate };
  } finally {
    if (theirs !== undefined) Reflect.set(cache, file, theirs);
  }
}
