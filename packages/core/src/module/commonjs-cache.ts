import { createRequire } from "node:module";
import { types } from "node:util";
import { scriptFile } from "./script-file.js";

/** Keys that interop adds to, or leaves out of, a copy of a module's exports. */
const interopKeys: ReadonlySet<string> = new Set(["default", "__esModule", "module.exports"]);

/**
 * The file of a module that `require()` loaded, or that an `import` of CommonJS did.
 *
 * `module` may be what `require()` gave (the namespace of an ES module, on Nodes that can), the
 * namespace of a CommonJS module, or the copy that the interop of TypeScript, esbuild or Babel makes.
 * Where several modules share one object, it is the one that defines it, not the ones that pass it on.
 *
 * @returns an absolute path, or undefined when no loaded module has these exports
 */
export function findInCommonJsCache(module: object): string | undefined {
  // Any absolute path will do: all `require` functions share one cache, and no file is looked up.
  const { cache } = createRequire(process.execPath);
  const entries = Object.keys(cache)
    .map((key) => cache[key])
    // JSON that was imported is there, too, without a file name.
    .filter((entry): entry is NodeModule => typeof entry?.filename === "string");
  const exact = entries.filter((entry) => entry.exports === module);
  if (exact.length > 0) return fileOf(defining(exact));
  const namespaces = entries.filter((entry) => isNamespaceOf(module, entry.exports));
  if (namespaces.length > 0) return fileOf(defining(namespaces));
  // The namespace of an ES module that passes on all of a CommonJS module has the same members too,
  // but has a file of its own.
  if (types.isModuleNamespaceObject(module)) return undefined;
  const copies = entries.filter((entry) => isCopyOf(module, entry.exports));
  return copies.length > 0 ? fileOf(defining(copies)) : undefined;
}

/** Whether `default` is these very exports, and all else in `module` is a member of them. */
function isNamespaceOf(module: object, exports: unknown): boolean {
  if (!isObject(exports) || read(module, "default") !== exports) return false;
  return memberKeys(module).every((key) => key in exports && sameMember(module, exports, key));
}

/** Whether `module` is another object with the same members. Reads no getter unless the keys agree. */
function isCopyOf(module: object, exports: unknown): boolean {
  if (!isObject(exports)) return false;
  const keys = memberKeys(module);
  if (keys.length !== memberKeys(exports).length) return false;
  return (
    keys.every((key) => Object.hasOwn(exports, key)) &&
    keys.every((key) => sameMember(module, exports, key)) &&
    keys.some((key) => typeof read(module, key) === "function")
  );
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function memberKeys(exports: object): string[] {
  return Reflect.ownKeys(exports).filter(
    (key) =>
      typeof key === "string" &&
      !interopKeys.has(key) &&
      // What a function has of its own, when it is the exports.
      !(typeof exports === "function" && /^(?:length|name|prototype)$/.test(key)),
  ) as string[];
}

function sameMember(module: object, exports: object, key: string): boolean {
  return Object.is(read(module, key), read(exports, key));
}

/** A member, or a value equal to no other when reading it throws. */
function read(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key];
  } catch {
    return Symbol(key);
  }
}

/** Of modules with the same exports, the one that requires none of the others. */
function defining(modules: readonly NodeModule[]): NodeModule | undefined {
  if (modules.length < 2) return modules[0];
  const all = new Set(modules);
  return modules.find((module) => !reachesAnother(module, all)) ?? modules.at(-1);
}

function reachesAnother(module: NodeModule, targets: ReadonlySet<NodeModule>): boolean {
  const seen = new Set([module]);
  // A set may grow while it is iterated.
  for (const each of seen) {
    for (const child of each.children ?? []) {
      if (child !== module && targets.has(child)) return true;
      seen.add(child);
    }
  }
  return false;
}

function fileOf(module: NodeModule | undefined): string | undefined {
  return module === undefined ? undefined : scriptFile(module.filename ?? module.id);
}
