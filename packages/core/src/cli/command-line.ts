import { parseArgs, type ParseArgsConfig } from "node:util";
import { suggestion } from "../options/option-check.js";
import type { Command, CommandInput, CommandOption } from "./command.js";
import { UsageError } from "./exit-codes.js";

/** Options of every command. */
export const sharedOptions: Readonly<Record<string, CommandOption>> = {
  json: { help: "write JSON, for programs" },
  help: { short: "h", help: "say how it is used" },
};

/**
 * Reads the arguments of a command.
 *
 * @throws UsageError naming what is wrong.
 */
export function parseCommandLine(
  command: Command,
  args: readonly string[],
): Pick<CommandInput, "argument" | "flags" | "values" | "json"> & { readonly help: boolean } {
  const known = { ...command.options, ...sharedOptions };
  const { values, positionals } = parsed(known, args);
  const flags = new Set(Object.keys(values).filter((name) => values[name] === true));
  const help = flags.has("help");
  const [argument = "", ...others] = positionals;
  if (argument === "" && !help)
    throw new UsageError(`faast ${command.name} needs a <${command.argument}>.`);
  if (others.length > 0)
    throw new UsageError(
      `faast ${command.name} takes one <${command.argument}>: "${others.join(" ")}" is too much.`,
    );
  const strings = Object.entries(values).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return { argument, flags, values: new Map(strings), json: flags.has("json"), help };
}

function parsed(known: Readonly<Record<string, CommandOption>>, args: readonly string[]) {
  const options: NonNullable<ParseArgsConfig["options"]> = {};
  for (const [name, { value, short }] of Object.entries(known)) {
    const type = value === undefined ? "boolean" : "string";
    options[name] = short === undefined ? { type } : { type, short };
  }
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code !== "ERR_PARSE_ARGS_UNKNOWN_OPTION") throw new UsageError(message);
    const name = /'-*([^\s']+)/.exec(message)?.[1] ?? "";
    throw new UsageError(`The option --${name} is unknown.${suggestion(name, Object.keys(known))}`);
  }
}
