import { FaastProviderError } from "../errors.js";
import type { PreflightCheck } from "../provider/inspection.js";
import { chooseProvider, regionOptions } from "./chosen-provider.js";
import type { Command, CommandInput } from "./command.js";
import { exitCodes } from "./exit-codes.js";
import type { Tone } from "./terminal.js";

/** `faast doctor <provider>`. */
export const doctorCommand: Command = {
  name: "doctor",
  argument: "provider",
  summary: "check whether jobs can run, before they do",
  description: ["The exit code is 1 if something is missing without which no job runs."],
  options: regionOptions,
  examples: [
    ["faast doctor local", "cores, memory, Node, directories"],
    ["faast doctor aws --json", "the account, for programs"],
  ],
  run,
};

const tones: Readonly<Record<PreflightCheck["status"], Tone>> = {
  ok: "good",
  warning: "doubtful",
  failure: "bad",
};

async function run(input: CommandInput): Promise<number> {
  const { json, signal, terminal } = input;
  const { provider, options } = await chooseProvider(input);
  const examining = provider.preflight?.(options, signal);
  if (examining === undefined)
    throw new FaastProviderError(
      `The provider "${provider.name}" cannot tell what its jobs need: it has no preflight().`,
    );
  terminal.progress("Looking…");
  const { checks } = await examining;
  const isFit = checks.every(({ status }) => status !== "failure");
  if (json) terminal.json({ provider: provider.name, ok: isFit, checks });
  else {
    const width = Math.max(...checks.map(({ name }) => name.length));
    for (const { name, status, found, advice } of checks) {
      const word = terminal.tint(tones[status], status.padEnd(7));
      terminal.line(`${word}  ${name.padEnd(width)}  ${found}`);
      if (advice !== undefined) terminal.line(`${" ".repeat(11 + width)}${advice}`);
    }
  }
  return isFit ? exitCodes.done : exitCodes.failed;
}
