import { realpath, stat } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";

/** Where Lambda's own runtimes of Node have npm. */
const LAMBDA_NPM = "/var/lang/bin/npm";

/**
 * Finds npm: beside Node, where Lambda has it, or on the PATH. Gives what to start it with.
 *
 * @throws an Error that says where it was looked for.
 */
export async function npmProgram(
  node = process.execPath,
  path = process.env.PATH ?? "",
): Promise<readonly [program: string, ...first: string[]]> {
  const places = [
    join(dirname(node), "npm"),
    join(dirname(node), "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
    LAMBDA_NPM,
    ...path
      .split(delimiter)
      .filter((each) => each !== "")
      .map((each) => join(each, "npm")),
  ];
  for (const place of places) {
    const file = await realpath(place).catch(() => undefined);
    if (file === undefined || !(await stat(file)).isFile()) continue;
    // A link to npm's own file, as a rule: this Node runs it, whatever the PATH says.
    return /\.[cm]?js$/.test(file) ? [node, file] : [file];
  }
  throw new Error(
    `there is no npm in this runtime; it was looked for in ${[...new Set(places)].join(", ")}`,
  );
}
