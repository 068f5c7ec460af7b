import { useEmulator, type Emulator } from "../emulator.ts";
import { LambdaFront } from "./lambda-front.ts";

/** Where AWS's own runtime client is; npm run test:full installs it, and says so if it cannot. */
export const runtimeClient = process.env.FAAST_TEST_RUNTIME_CLIENT;

/** For what runs under it: npm run test:full. */
export const withRuntimeClient = runtimeClient ? describe : describe.skip;

/** Makes the account of the test file one whose functions run under AWS's runtime client. */
export async function startFront(emulator: Emulator): Promise<LambdaFront> {
  const front = new LambdaFront(runtimeClient ?? "", emulator);
  process.env.AWS_ENDPOINT_URL_LAMBDA = await front.start();
  return front;
}

/** The account of a test file. */
export function useAccount(): Emulator {
  const emulator = useEmulator();
  Object.assign(process.env, emulator.env);
  return emulator;
}
