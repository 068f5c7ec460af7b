import nodeModule from "node:module";
import { basename, delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { LAYER_VARIABLE } from "../layer-variable.js";

/** Where the packages of layers are: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-layers.html */
const LAYER_MODULES = "/opt/nodejs/node_modules";

/** Where an import comes from, and how packages are to be resolved. */
interface ResolveContext {
  readonly parentURL?: string | undefined;
}

/** Node's own resolution, or that of the hook before. */
type Resolve<T = { readonly url: string }> = (specifier: string, context: ResolveContext) => T;

/** Of Node 22.15 on, hence of every Node that Lambda lets be created. */
type RegisterHooks = (hooks: {
  resolve: (specifier: string, context: ResolveContext, next: Resolve) => ReturnType<Resolve>;
}) => unknown;

let registered = false;

/**
 * Lets `import` find the packages of layers, as `require` does: Lambda names their directories in
 * `NODE_PATH`, which Node does not look at for ES modules. What lies beside the code comes first.
 */
export function importFromLayers(): void {
  const { registerHooks } = nodeModule as { registerHooks?: RegisterHooks };
  if (registered || process.env[LAYER_VARIABLE] === undefined || registerHooks === undefined)
    return;
  registered = true;
  const parents = moduleDirectories().map((directory) =>
    // An importer that would look into that directory; it need not exist.
    String(pathToFileURL(join(dirname(directory), "importer.mjs"))),
  );
  registerHooks({
    resolve: (specifier, context, next) => resolveWithLayers(specifier, context, next, parents),
  });
}

function moduleDirectories(): string[] {
  const listed = (process.env.NODE_PATH ?? "").split(delimiter);
  const directories = listed.filter((each) => basename(each) === "node_modules");
  return [...new Set([LAYER_MODULES, ...directories])];
}

function resolveWithLayers(
  specifier: string,
  context: ResolveContext,
  next: Resolve,
  parents: readonly string[],
): ReturnType<Resolve> {
  try {
    return next(specifier, context);
  } catch (error) {
    if (!isMissing(error) || !isPackage(specifier)) throw error;
    for (const parentURL of parents) {
      try {
        return next(specifier, { ...context, parentURL });
      } catch (failure) {
        // It is there, and something else is wrong with it.
        if (!isMissing(failure)) throw failure;
      }
    }
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
}

/** Neither a path, nor a URL, nor one of the importer's own `#imports`. */
function isPackage(specifier: string): boolean {
  return !/^(?:\.{0,2}\/|\.{1,2}$|#|[a-z][a-z\d+.-]*:)/i.test(specifier);
}
