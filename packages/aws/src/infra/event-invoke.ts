import { awsRequest, hasAwsCode } from "./aws-failure.js";
import { retryTransient } from "./backoff.js";
import type { AwsScope } from "./clients.js";

/** Milliseconds until a fresh role must be allowed to send to the destination. */
const PERMISSION_TIME = 90_000;

/** What becomes of asynchronous invocations that fail. */
export interface EventInvokeSpec {
  readonly functionName: string;
  /** Where the outcome of a failed invocation is sent. */
  readonly failureQueueArn: string;
  /** Seconds that an invocation may wait for its turn, from 60 to 21,600. */
  readonly maximumAgeSeconds: number;
}

/**
 * Has failed asynchronous invocations reported to a queue, and none of them tried again: that is the
 * engine's to decide. It is part of the function, and deleted with it.
 */
export async function putEventInvokeConfig(scope: AwsScope, spec: EventInvokeSpec): Promise<void> {
  const { clients, signal } = scope;
  const lambda = await clients.lambda();
  await retryTransient({ time: PERMISSION_TIME, signal, isTransient }, () =>
    awsRequest("lambda:PutFunctionEventInvokeConfig", { signal }, (options) =>
      lambda.putFunctionEventInvokeConfig(
        {
          FunctionName: spec.functionName,
          MaximumRetryAttempts: 0,
          MaximumEventAgeInSeconds: spec.maximumAgeSeconds,
          DestinationConfig: { OnFailure: { Destination: spec.failureQueueArn } },
        },
        options,
      ),
    ),
  );
}

/**
 * Lambda checks that the queue exists and that the role may send to it, neither of which it sees at
 * once; and it refuses while the function is being changed.
 */
function isTransient(error: unknown): boolean {
  if (hasAwsCode(error, "ResourceConflictException", "ResourceNotFoundException")) return true;
  return (
    hasAwsCode(error, "InvalidParameterValueException") &&
    /\brole\b|destination|permission/i.test(error.message)
  );
}
