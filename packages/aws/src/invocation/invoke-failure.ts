import { AwsRequestError } from "../infra/aws-failure.js";

/** An answer to a request, as far as it tells of a failure. */
export interface Refusal {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** JSON, if it is Lambda that answers. */
  readonly body: string;
}

/** The failure that Lambda tells in an answer, named and described as the SDK would. */
export function refusalError(operation: string, refusal: Refusal): AwsRequestError {
  const { statusCode, headers } = refusal;
  const body = jsonObject(refusal.body);
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  const type = text(headers["x-amzn-errortype"]) ?? text(body.__type) ?? text(body.code);
  // Some come with a namespace before the name, or an address after it.
  const name = /([^#:]+)(?::|$)/.exec(type ?? "")?.[1] ?? "UnknownError";
  const message = text(body.message) ?? text(body.Message) ?? text(body.errorMessage) ?? "";
  return new AwsRequestError(
    operation,
    Object.assign(new Error(message), {
      name,
      Reason: text(body.Reason),
      retryAfterSeconds: text(headers["retry-after"]),
      $metadata: { httpStatusCode: statusCode, requestId: text(headers["x-amzn-requestid"]) },
    }),
  );
}

/** No answer has come, or not all of it. */
export function silenceError(operation: string, error: Error, patience: number): AwsRequestError {
  const { code } = error as { code?: string };
  const isTimeout = code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT";
  const failure = isTimeout
    ? Object.assign(new Error(`no answer within ${patience / 1000} s`), { name: "TimeoutError" })
    : code === undefined
      ? error
      : // The system's name tells more than the class of the error does.
        Object.assign(new Error(error.message || code), { name: code });
  return new AwsRequestError(operation, failure === error ? error : withCause(failure, error));
}

function withCause(failure: Error, cause: Error): Error {
  failure.cause = cause;
  return failure;
}

function jsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>;
  } catch {
    return {}; // not Lambda, but something on the way to it
  }
}
