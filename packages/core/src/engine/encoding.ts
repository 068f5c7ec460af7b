import { FaastSerializationError } from "../errors.js";
import { recordFailure } from "../failure-detail.js";
import { decode, encode, WireError, type Attachment, type EncodeOptions } from "../wire/index.js";

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
    const refusal = new FaastSerializationError(
      `${functionName}: what is sent to it cannot be serialized: ${error.message}`,
      {
        functionName,
        cause: error,
      },
    );
    recordFailure(refusal, { functionName, attempt: 0 });
    throw refusal;
  }
}

/**
 * Decodes what a function has sent.
 *
 * @param attachments - what has come along with it.
 * @throws FaastSerializationError with the function's name.
 */
export function decodeFrom(
  functionName: string,
  bytes: Uint8Array,
  attachments?: readonly Attachment[],
): unknown {
  try {
    return decode(bytes, attachments);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FaastSerializationError(`${functionName}: what it sent cannot be read: ${reason}`, {
      functionName,
      cause: error,
    });
  }
}
