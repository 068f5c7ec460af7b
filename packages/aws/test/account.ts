import { createAwsClients, type AwsClients } from "../dist/infra/clients.js";
import type { Emulator } from "./emulator.ts";

/** Looks into an account with clients of its own. */
export async function lookInto<T>(
  emulator: Emulator,
  look: (clients: AwsClients) => Promise<T>,
): Promise<T> {
  const clients = await createAwsClients(emulator);
  try {
    return await look(clients);
  } finally {
    clients.destroy();
  }
}

/** The only function of an account, as Lambda describes it. */
export function onlyFunction(emulator: Emulator) {
  return lookInto(emulator, async (clients) => {
    const lambda = await clients.lambda();
    const { Functions: [found] = [] } = await lambda.listFunctions({});
    return lambda.getFunction({ FunctionName: found?.FunctionName });
  });
}

/** The names of an account's roles. */
export function roleNames(emulator: Emulator): Promise<string[]> {
  return lookInto(emulator, async (clients) => {
    const { Roles = [] } = await (await clients.iam()).listRoles({});
    return Roles.map(({ RoleName = "" }) => RoleName).sort();
  });
}

/** Collects what the process is warned of, until the result is disposed of. */
export function warnings(): { readonly texts: string[]; [Symbol.dispose](): void } {
  const texts: string[] = [];
  const { emitWarning } = process;
  process.emitWarning = (warning: string | Error) => void texts.push(String(warning));
  return { texts, [Symbol.dispose]: () => void (process.emitWarning = emitWarning) };
}
