import type { FailureCode } from "@faast/core/provider";
import { AwsRequestError } from "../infra/aws-failure.js";
import type { LambdaAnswer } from "./invocation-client.js";

/** Why an invocation came to nothing, as far as Lambda tells. */
export interface InvocationFailure {
  readonly code: FailureCode;
  readonly message: string;
}

/** What came of an invocation. */
export type InvocationOutcome =
  { readonly payload: string } | { readonly failure: InvocationFailure };

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
    const failure = throttling(error);
    if (failure === undefined) throw error;
    return { failure };
  }
  const { payload, functionError } = answer;
  return functionError === undefined ? { payload } : { failure: failureOf(payload) };
}

/** What it means that Lambda has refused an invocation so, if that is that it takes no more calls. */
export function throttling(error: unknown): InvocationFailure | undefined {
  if (!(error instanceof AwsRequestError) || error.statusCode !== 429) return undefined;
  return { code: "throttled", message: throttlingMessage(error) };
}

/**
 * How an execution failed.
 *
 * @param details - what Lambda says of that; usually JSON.
 * @param name - Lambda's name for it, where the details have none.
 */
export function failureOf(details: string, name = ""): InvocationFailure {
  const { errorType = name, errorMessage = name === "" ? "" : details } = parsed(details);
  return {
    code: failureCode(errorType),
    message: `the execution failed: ${errorType} ${errorMessage}`.trim(),
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
