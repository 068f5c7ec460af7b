import type { Command, CommandOption } from "./command.js";
import { sharedOptions } from "./command-line.js";

/** What `faast --help` says. */
export function programHelp(commands: readonly Command[]): string {
  const lines = commands.map(
    ({ name, argument, summary }) => [`${name} <${argument}>`, summary] as const,
  );
  return [
    "faast: batch computing as a function call. Commands:",
    "",
    ...columns(lines),
    "",
    "faast <command> --help says more about one; faast --version tells the version.",
    "",
    "Exit codes: 0 done, 1 something failed, 2 wrong command line, 3 the question was answered with no.",
    "",
  ].join("\n");
}

/** What `faast <command> --help` says. */
export function commandHelp(command: Command): string {
  const { name, argument, summary, description, options, examples } = command;
  const described = Object.entries({ ...options, ...sharedOptions }).map(
    ([option, each]) => [optionName(option, each), each.help] as const,
  );
  return [
    `faast ${name} <${argument}> [options]: ${summary}`,
    "",
    ...description,
    "",
    "Options:",
    ...columns(described),
    "",
    "Examples:",
    ...columns(examples),
    "",
  ].join("\n");
}

function optionName(name: string, { short, value }: CommandOption): string {
  const long = value === undefined ? `--${name}` : `--${name} <${value}>`;
  return short === undefined ? long : `-${short}, ${long}`;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
