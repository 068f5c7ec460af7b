import type { IncomingMessage } from "node:http";

/** Paths of Lambda's REST interface, the longer ones first. */
const lambdaPaths: readonly [method: string, path: RegExp, operation: string][] = [
  ["POST", /\/functions\/?$/, "CreateFunction"],
  ["GET", /\/functions\/?$/, "ListFunctions"],
  ["GET", /\/tags\//, "ListTags"],
  ["POST", /\/tags\//, "TagResource"],
  ["GET", /\/layers\/?$/, "ListLayers"],
  ["POST", /\/invocations$/, "Invoke"],
  ["POST", /\/response-streaming-invocations$/, "InvokeWithResponseStream"],
  ["PUT", /\/event-invoke-config$/, "PutFunctionEventInvokeConfig"],
  ["POST", /\/policy$/, "AddPermission"],
  ["PUT", /\/concurrency$/, "PutFunctionConcurrency"],
  ["GET", /\/configuration$/, "GetFunctionConfiguration"],
  ["GET", /\/functions\/[^/]+$/, "GetFunction"],
  ["DELETE", /\/functions\/[^/]+$/, "DeleteFunction"],
  ["GET", /\/layers\/[^/]+\/versions$/, "ListLayerVersions"],
  ["POST", /\/layers\/[^/]+\/versions$/, "PublishLayerVersion"],
  ["GET", /\/layers\/[^/]+\/versions\/\d+$/, "GetLayerVersion"],
  ["DELETE", /\/layers\/[^/]+\/versions\/\d+$/, "DeleteLayerVersion"],
];

/** What S3 is asked for, by the method and what follows the question mark. */
const bucketOperations: readonly [method: string, query: RegExp, operation: string][] = [
  ["PUT", /(^|&)lifecycle/, "PutBucketLifecycleConfiguration"],
  ["PUT", /(^|&)tagging/, "PutBucketTagging"],
  ["GET", /(^|&)tagging/, "GetBucketTagging"],
  ["GET", /(^|&)list-type=2/, "ListObjectsV2"],
  ["POST", /(^|&)delete/, "DeleteObjects"],
  ["PUT", /^$/, "CreateBucket"],
  ["DELETE", /^$/, "DeleteBucket"],
];
const objectOperations: Readonly<Record<string, string>> = {
  PUT: "PutObject",
  GET: "GetObject",
  DELETE: "DeleteObject",
  POST: "MultipartUpload",
};

/** Services that name the action in their request's body. */
const queryServices = /\/(iam|sns|sts)\/aws4_request/;

/** The service and operation of a request, such as `lambda:CreateFunction`. */
export function operationOf({ method = "", url = "", headers }: IncomingMessage, body: Buffer) {
  const target = headers["x-amz-target"];
  if (typeof target === "string") {
    const [service = "", operation = ""] = target.split(".");
    return `${service.startsWith("AmazonSQS") ? "sqs" : "logs"}:${operation}`;
  }
  const query = queryServices.exec(headers.authorization ?? "");
  if (query !== null) {
    return `${query[1]}:${new URLSearchParams(body.toString()).get("Action")}`;
  }
  const { pathname, searchParams } = new URL(url, "http://localhost");
  if (/^\/20\d\d-\d\d-\d\d\//.test(pathname)) {
    const found = lambdaPaths.find(([verb, path]) => verb === method && path.test(pathname));
    return `lambda:${found?.[2] ?? `${method} ${pathname}`}`;
  }
  searchParams.delete("x-id"); // the SDK's own name of the operation
  if (method === "GET" && pathname === "/") return "s3:ListBuckets";
  const isObject = pathname.split("/").filter((each) => each !== "").length > 1;
  if (isObject) return `s3:${objectOperations[method] ?? method}`;
  const rest = searchParams.toString();
  const found = bucketOperations.find(([verb, text]) => verb === method && text.test(rest));
  return `s3:${found?.[2] ?? `${method} ?${rest}`}`;
}
