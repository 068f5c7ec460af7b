import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** What the program is asked to do. */
export interface CommandLine {
  readonly folder: string;
  /** Undefined: what fits the provider. */
  readonly concurrency: number | undefined;
  readonly json: boolean;
  /** Whether the plain loop runs, too. */
  readonly compare: boolean;
  readonly help: boolean;
}

export const usage = `Takes a census of the files of a folder: licences, words and lines by language, the largest files,
copies and near copies, frequent words. It counts them in parallel, then once more in a plain loop,
and compares.

Usage: document-census [folder] [options]

  folder             The folder to count. Default: the workspace's node_modules.

  --concurrency N    Batches counted at a time. Default: one for each core; where FAAST_PROVIDER
                     names another provider than "local", that provider's default.
  --json             Print the totals as JSON.
  --no-compare       Leave out the plain loop.
  --help             Print this.

FAAST_PROVIDER=aws runs the same program on AWS Lambda.
`;

/** The command line is wrong. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** From this file, so that the folder from which the program is called is no matter. */
const defaultFolder = fileURLToPath(new URL("../../../node_modules", import.meta.url));

/**
 * Reads the command line.
 *
 * @throws UsageError saying what is wrong with it.
 */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parse(args);
  if (positionals.length > 1) {
    throw new UsageError(`One folder at a time, not ${positionals.length}.`);
  }
  const [folder] = positionals;
  return {
    folder: folder === undefined ? defaultFolder : resolve(callersFolder(), folder),
    concurrency: readConcurrency(values.concurrency),
    json: values.json,
    compare: !values["no-compare"],
    help: values.help,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        concurrency: { type: "string" },
        json: { type: "boolean", default: false },
        "no-compare": { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function readConcurrency(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,4}$/.test(text)) {
    throw new UsageError(`--concurrency must be a whole number from 1 to 99999, not "${text}".`);
  }
  return Number(text);
}

/** `npm start` changes to this package's folder; a relative path is meant from where it was called. */
function callersFolder(): string {
  const { INIT_CWD, npm_lifecycle_event } = process.env;
  return npm_lifecycle_event === "start" && INIT_CWD !== undefined ? INIT_CWD : process.cwd();
}
