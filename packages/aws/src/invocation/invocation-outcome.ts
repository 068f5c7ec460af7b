import type { FailureCode } from "@faast/core/provider";
import { AwsRequestError } from "../infra/aws-failure.js";
import type { LambdaAnswer } from "./invocation-client.js";

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
 * Tells what came of an invocation.
 *
 * @throws what the invocation throws, unless it is that there are too many: it may not have been delivered.
 */
export async function invocationOutcome(
  invocation: Promise<LambdaAnswer>,
): Promise<InvocationOutcome> {
  let answer: LambdaAnswer;
  try {
    answer = await invocation;
  } catch (error) {
    if (!(error instanceof AwsRequestError) || error.statusCode !== 429) throw error;
    return { failure: { code: "throttled", message: throttlingMessage(error) } };
  }
  const { payload, functionError } = answer;
  if (functionError === undefined) return { payload };
  const { errorType = "", errorMessage = "" } = parsed(payload);
  const code = failureCode(errorType);
  return {
    failure: { code, message: `the execution failed: ${errorType} ${errorMessage}`.trim() },
  };
}

function throttlingMessage({ cause }: AwsRequestError): string {
  const { Reason = "too many requests", retryAfterSeconds } = cause as {
    Reason?: string;
    retryAfterSeconds?: string;
  };
  const wait = retryAfterSeconds === undefined ? "" : ` (asked to wait ${retryAfterSeconds} s)`;
  return `Lambda takes no more calls for now: ${Reason}${wait}`;
}

function parsed(text: string): { errorType?: string; errorMessage?: string } {
  try {
    return (JSON.parse(text) ?? {}) as { errorType?: string; errorMessage?: string };
  } catch {
    return {};
  }
}
