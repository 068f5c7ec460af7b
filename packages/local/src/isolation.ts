import { FaastOptionsError } from "@faast/core/provider";

/** Where functions run: in processes, in threads of the calling process, or in that process itself. */
export type Isolation = "process" | "thread" | "inline";

export const isolations = ["process", "thread", "inline"] as const satisfies readonly Isolation[];

/** The options that say where functions run. */
interface IsolationOptions {
  readonly isolation: Isolation | undefined;
  readonly childProcess: boolean;
  readonly childProcessMemoryMb: number;
}

/**
 * Where functions are to run.
 *
 * @throws FaastOptionsError if the options contradict one another.
 */
export function isolationOf(options: IsolationOptions): Isolation {
  const { isolation, childProcess, childProcessMemoryMb } = options;
  if (!childProcess && isolation !== undefined && isolation !== "inline") {
    throw new FaastOptionsError(
      `The options "childProcess" and "isolation" of faast("local") contradict one another: childProcess: false means isolation: "inline", not ${JSON.stringify(isolation)}. Leave one of them out.`,
    );
  }
  const chosen = childProcess ? (isolation ?? "process") : "inline";
  if (chosen === "inline" && childProcessMemoryMb > 0) {
    throw new FaastOptionsError(
      `The option "childProcessMemoryMb" of faast("local") needs a process or a thread: functions that run inline share the memory of the calling process. Leave it out, or use isolation: "process" or "thread".`,
    );
  }
  return chosen;
}
