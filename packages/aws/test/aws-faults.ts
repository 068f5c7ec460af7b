import type { FalseAnswer } from "./emulator-proxy.ts";

/** How each service refuses, in its own words: https://docs.aws.amazon.com/general/latest/gr/api-retries.html */
type Refusal = (operation: string, account: string) => FalseAnswer;

const json = (status: number, code: string, message: string): FalseAnswer => ({
  status,
  headers: { "content-type": "application/x-amz-json-1.0", "x-amzn-errortype": code },
  body: JSON.stringify({ __type: code, message }),
});
const xml = (status: number, code: string, message: string): FalseAnswer => ({
  status,
  headers: { "content-type": "text/xml" },
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>f-1</RequestId></ErrorResponse>`,
});
const s3xml = (status: number, code: string, message: string): FalseAnswer => ({
  status,
  headers: { "content-type": "application/xml", "x-amz-request-id": "f-1" },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
});

/** The words of each service for: too fast, its own fault, and not permitted. */
const words: Readonly<
  Record<string, Record<"throttled" | "broken" | "denied", (text: string) => FalseAnswer>>
> = {
  lambda: {
    throttled: (text) => json(429, "TooManyRequestsException", text),
    broken: (text) => json(500, "ServiceException", text),
    denied: (text) => json(403, "AccessDeniedException", text),
  },
  sqs: {
    throttled: (text) => json(400, "RequestThrottled", text),
    broken: (text) => json(500, "InternalFailure", text),
    denied: (text) => json(403, "AccessDeniedException", text),
  },
  logs: {
    throttled: (text) => json(400, "ThrottlingException", text),
    broken: (text) => json(500, "ServiceUnavailableException", text),
    denied: (text) => json(400, "AccessDeniedException", text),
  },
  sns: {
    throttled: (text) => xml(400, "Throttled", text),
    broken: (text) => xml(500, "InternalError", text),
    denied: (text) => xml(403, "AuthorizationError", text),
  },
  iam: {
    throttled: (text) => xml(400, "Throttling", text),
    broken: (text) => xml(500, "ServiceFailure", text),
    denied: (text) => xml(403, "AccessDenied", text),
  },
  s3: {
    throttled: (text) => s3xml(503, "SlowDown", text),
    broken: (text) => s3xml(500, "InternalError", text),
    denied: (text) => s3xml(403, "AccessDenied", text),
  },
};

const serviceOf = (operation: string) => words[operation.split(":")[0] ?? ""]!;

export const throttled: Refusal = (operation) => serviceOf(operation).throttled("Rate exceeded");
export const broken: Refusal = (operation) => serviceOf(operation).broken("We made a mistake");
/** How each service says that it does not know the credentials. */
export function unknownCaller(operation: string): FalseAnswer {
  const service = operation.split(":")[0] ?? "";
  const text = "The security token is invalid";
  if (service === "iam" || service === "sns") return xml(403, "InvalidClientTokenId", text);
  if (service === "s3") return s3xml(403, "InvalidAccessKeyId", text);
  return json(400, "UnrecognizedClientException", text);
}

export const denied: Refusal = (operation, account) =>
  serviceOf(operation).denied(
    `User: arn:aws:iam::${account}:user/ada is not authorized to perform: ${operation} because no identity-based policy allows the ${operation} action`,
  );
