import { randomInt } from "node:crypto";
import { devNull } from "node:os";

const REGION = "us-west-2";

/** The AWS stand-in, as an account that nobody else uses. */
export interface Emulator {
  readonly endpoint: string;
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
  /** What a program needs in its environment to be that account, and to see no real one. */
  readonly env: Readonly<Record<string, string>>;
  /** The same for a client of the SDK. */
  readonly clientConfig: {
    readonly endpoint: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
}

/**
 * Gives a fresh account of the emulator that runs for the tests of this package. To make it the one
 * of the whole test file: `Object.assign(process.env, useEmulator().env)`.
 */
export function useEmulator(): Emulator {
  const { FAAST_TEST_AWS_ENDPOINT: endpoint, FAAST_TEST_AWS_FAILURE: failure } = process.env;
  if (failure) throw new Error(failure);
  if (!endpoint) throw new Error("No AWS emulator was started: run the tests with npm test.");
  return accountOf(endpoint);
}

/** A fresh account of the emulator at an endpoint. */
export function accountOf(endpoint: string): Emulator {
  const account = String(randomInt(1e11, 1e12)); // never the emulator's own 000000000000
  const secret = "test";
  return {
    endpoint,
    account,
    region: REGION,
    env: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: account,
      AWS_SECRET_ACCESS_KEY: secret,
      AWS_CONFIG_FILE: devNull,
      AWS_SHARED_CREDENTIALS_FILE: devNull,
      AWS_EC2_METADATA_DISABLED: "true",
    },
    clientConfig: { endpoint, credentials: { accessKeyId: account, secretAccessKey: secret } },
  };
}
