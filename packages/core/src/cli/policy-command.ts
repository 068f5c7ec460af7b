import { FaastProviderError } from "../errors.js";
import { chooseProvider, regionOptions } from "./chosen-provider.js";
import type { Command, CommandInput } from "./command.js";
import { exitCodes, UsageError } from "./exit-codes.js";

/** `faast policy <provider>`. */
export const policyCommand: Command = {
  name: "policy",
  argument: "provider",
  summary: "print what an account must permit, as documents for its service",
  description: ["With --name, one document alone, ready to be passed on."],
  options: {
    name: { value: "name", help: "only the document of that name" },
    ...regionOptions,
  },
  examples: [
    ["faast policy aws", "every document, and whom it is for"],
    ["faast policy aws --name deploy > deploy.json", "one of them, in a file"],
  ],
  run,
};

async function run(input: CommandInput): Promise<number> {
  const { json, terminal, values } = input;
  const { provider, options } = await chooseProvider(input);
  const documents = await provider.policies?.(options);
  if (documents === undefined)
    throw new FaastProviderError(
      `The provider "${provider.name}" needs no permissions that could be written down: it has no policies().`,
    );
  const name = values.get("name");
  if (name !== undefined) {
    const found = documents.find((each) => each.name === name);
    if (found === undefined)
      throw new UsageError(
        `There is no document "${name}". There are: ${documents.map((each) => each.name).join(", ")}.`,
      );
    terminal.json(found.document);
  } else if (json) terminal.json(documents);
  else {
    for (const each of documents) {
      terminal.note(`${terminal.tint("heading", each.name)}: ${each.description}`);
      terminal.json(each.document);
    }
  }
  return exitCodes.done;
}
