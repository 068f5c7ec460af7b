import type { BuildOptions, BuildResult } from "esbuild";
import { buildFailure } from "./build-failure.js";
import { withEsbuild } from "./esbuild-service.js";

/** What every build here has in common. */
type Fixed = { readonly absWorkingDir: string } & BuildOptions;

/** A build whose files are in memory, with its metafile. */
export type Compiled = BuildResult<{ write: false; metafile: true }>;

/**
 * The names that CommonJS code expects, in an ES module. `require` can be declared outright: esbuild
 * renames a user's top-level `require`. The other two are replaced where nobody has declared them,
 * which leaves `const __dirname = dirname(fileURLToPath(import.meta.url))` alone.
 */
const commonJsNames = {
  banner:
    'import { createRequire as __faastCreateRequire } from "node:module";\n' +
    "var require = __faastCreateRequire(import.meta.url);",
  define: { __filename: "import.meta.filename", __dirname: "import.meta.dirname" },
};

/** Options for esbuild that make an ES module for Node.js; `extra` adds to them. */
export function moduleOptions(extra: Fixed): Fixed & { write: false; metafile: true } {
  const { define, banner, ...others } = extra;
  return {
    target: "node20",
    ...others,
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
    metafile: true,
    logLevel: "silent",
    define: { ...commonJsNames.define, ...define },
    banner: { ...banner, js: [commonJsNames.banner, banner?.js].filter(Boolean).join("\n") },
  };
}

/**
 * Runs one build.
 *
 * @throws BundleError when it fails; the signal's reason when it is given up.
 */
export async function compile(options: Fixed, signal?: AbortSignal): Promise<Compiled> {
  const complete = moduleOptions(options);
  signal?.throwIfAborted();
  return withEsbuild(async (esbuild) => {
    const context = await esbuild.context(complete).catch((error: unknown) => {
      throw buildFailure(error, options.absWorkingDir);
    });
    const { promise: aborted, stop } = whenAborted(signal);
    const building = context.rebuild();
    try {
      // A user's plugin may never answer: giving up must not wait for it.
      return await Promise.race([building, aborted]);
    } catch (error) {
      signal?.throwIfAborted();
      throw buildFailure(error, options.absWorkingDir);
    } finally {
      stop();
      building.catch(() => undefined);
      const disposed = context.cancel().then(() => context.dispose());
      if (signal?.aborted === true) disposed.catch(() => undefined);
      else await disposed;
    }
  });
}

function whenAborted(signal: AbortSignal | undefined) {
  let stop = () => {};
  const promise = new Promise<never>((_resolve, reject) => {
    if (signal === undefined) return;
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    stop = () => signal.removeEventListener("abort", abort);
  });
  return { promise, stop };
}
