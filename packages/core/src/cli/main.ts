#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { FaastError } from "../errors.js";
import { suggestion } from "../options/option-check.js";
import { bundleCommand } from "./bundle-command.js";
import { cleanupCommand } from "./cleanup-command.js";
import { parseCommandLine } from "./command-line.js";
import { doctorCommand } from "./doctor-command.js";
import { exitCodes, UsageError } from "./exit-codes.js";
import { commandHelp, programHelp } from "./help.js";
import { lsCommand } from "./ls-command.js";
import { policyCommand } from "./policy-command.js";
import { Terminal } from "./terminal.js";

const commands = [cleanupCommand, lsCommand, doctorCommand, bundleCommand, policyCommand];

/** Runs the program; gives its exit code. */
async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const terminal = new Terminal();
  // "faast help ls" is "faast ls --help".
  const [name, ...rest] =
    args[0] === "help" && args.length === 2 ? [...args.slice(1), "--help"] : args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    const help = programHelp(commands);
    if (name !== undefined) terminal.line(help.trimEnd());
    else terminal.note(help.trimEnd());
    return name === undefined ? exitCodes.usage : exitCodes.done;
  }
  if (name === "--version" || name === "-V") {
    terminal.line(version());
    return exitCodes.done;
  }
  const command = commands.find((each) => each.name === name);
  if (command === undefined) {
    const names = commands.map((each) => each.name);
    throw new UsageError(`There is no command "${name}".${suggestion(name, names)}`);
  }
  const { help, ...parsed } = parseCommandLine(command, rest);
  if (help) {
    terminal.line(commandHelp(command).trimEnd());
    return exitCodes.done;
  }
  return command.run({ ...parsed, terminal, signal });
}

function version(): string {
  const file = createRequire(import.meta.url).resolve("@faast/core/package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/** What went wrong, for people; of a fault of ours, where. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isExpected = error instanceof FaastError || error instanceof UsageError;
  return isExpected || process.env.DEBUG === undefined
    ? error.message
    : (error.stack ?? error.message);
}

async function main(): Promise<void> {
  const interrupt = new AbortController();
  // Asked a second time, it ends at once.
  process.once("SIGINT", () => interrupt.abort(new Error("interrupted")));
  // Whoever reads the output may have read enough: what has been begun comes to its end all the same.
  const faults: Error[] = [];
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") faults.push(error);
  });
  process.stderr.on("error", () => undefined);
  // Collectors keep no process alive: this one waits for them.
  const waiting = setInterval(() => undefined, 60_000);
  try {
    const code = await run(process.argv.slice(2), interrupt.signal);
    process.exitCode = interrupt.signal.aborted ? exitCodes.interrupted : code;
    // A fault is told after the write that has met it.
    await new Promise((resolve) => process.stdout.write("", resolve));
    const [fault] = faults;
    if (fault !== undefined)
      throw new Error(`What was to be told could not be written to stdout: ${fault.message}`);
  } catch (error) {
    if (interrupt.signal.aborted) {
      process.stderr.write("faast: interrupted\n");
      process.exitCode = exitCodes.interrupted;
      return;
    }
    const isUsage = error instanceof UsageError;
    process.stderr.write(`faast: ${explain(error)}\n`);
    if (isUsage) process.stderr.write("faast --help says how it is used.\n");
    process.exitCode = isUsage ? exitCodes.usage : exitCodes.failed;
  } finally {
    clearInterval(waiting);
  }
}

void main();
