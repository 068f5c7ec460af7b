import { FaastSerializationError } from "../errors.js";
import { encode, WireError, type EncodeOptions } from "../wire/index.js";

/**
 * Encodes what is sent to a function.
 *
 * @throws FaastSerializationError with the function's name and the path inside the value.
 */
export function encodeFor(
  functionName: string,
  value: unknown,
  options: EncodeOptions,
): Uint8Array {
  try {
    return encode(value, options);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new FaastSerializationError(
      `${functionName}: what is sent to it cannot be serialized: ${error.message}`,
      {
        functionName,
        cause: error,
      },
    );
  }
}
