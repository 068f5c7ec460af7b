import type { InvokeCommandOutput } from "@aws-sdk/client-lambda";
import type { FailureCode } from "@faast/core/provider";

/** What came of an invocation, as far as Lambda tells. */
export type InvocationOutcome =
  | { readonly payload: string }
  | { readonly failure: { readonly code: FailureCode; readonly message: string } };

/** Lambda's names for the ends of an execution that our handler did not survive. */
const errorCodes: Readonly<Record<string, FailureCode>> = {
  "Sandbox.Timedout": "timeout",
  "Runtime.OutOfMemory": "memory",
};

/** What Lambda's name for the end of an execution means. */
export function failureCode(errorType: string | undefined): FailureCode {
  return errorCodes[errorType ?? ""] ?? "exit";
}

/**
 * Invokes, and tells what came of it.
 *
 * @throws what the transport throws: the call may not have been delivered.
 */
export async function invocationOutcome(
  invoke: () => Promise<InvokeCommandOutput>,
): Promise<InvocationOutcome> {
  let output: InvokeCommandOutput;
  try {
    output = await invoke();
  } catch (error) {
    if ((error as { name?: unknown }).name !== "TooManyRequestsException") throw error;
    const { Reason = "too many requests" } = error as { Reason?: string };
    return {
      failure: { code: "throttled", message: `Lambda takes no more calls for now: ${Reason}` },
    };
  }
  const text = Buffer.from(output.Payload ?? []).toString();
  if (output.FunctionError === undefined) return { payload: text };
  const { errorType = "", errorMessage = "" } = parsed(text);
  const code = failureCode(errorType);
  return {
    failure: { code, message: `the execution failed: ${errorType} ${errorMessage}`.trim() },
  };
}

function parsed(text: string): { errorType?: string; errorMessage?: string } {
  try {
    return (JSON.parse(text) ?? {}) as { errorType?: string; errorMessage?: string };
  } catch {
    return {};
  }
}
