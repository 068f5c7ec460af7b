import { encode, type EncodedCall } from "@faast/core/provider";

/** A call without arguments. */
export function encodedCall(call: string): EncodedCall {
  return {
    call,
    attempt: 0,
    functionName: "f",
    args: encode([]),
    timeout: 60_000,
    stream: false,
    credit: 0,
    validate: true,
  };
}
