import type { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { RequestSigner } from "./signature.js";

/** A request as the SDK would send it, but for its body. */
export interface RequestForm {
  /** Such as `https://lambda.us-west-2.amazonaws.com`. */
  readonly origin: string;
  readonly path: string;
  /** The headers of a request with this body, signed. */
  sign(body: Uint8Array, now: Date): Promise<Record<string, string>>;
}

/** What the SDK makes of a command. */
interface SdkRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** How an endpoint wants requests signed, where it does not go without saying. */
interface AuthScheme {
  readonly signingRegion?: string;
  readonly signingName?: string;
}

/**
 * Has the SDK make a request up to where it would be signed and sent. Thus the endpoint, with FIPS, dual
 * stack and whatever the environment and the profile say of it, the path and the headers are the SDK's. So
 * are the credentials: its chain is asked each time, and keeps them as long as they are valid.
 *
 * @throws what the SDK throws where it finds no credentials or no region.
 */
export async function requestForm(
  client: LambdaClient,
  command: InvokeCommand,
): Promise<RequestForm> {
  let made: SdkRequest | undefined;
  let authScheme: AuthScheme | undefined;
  command.middlewareStack.add(
    (_next, context) => (args) => {
      made = args.request as SdkRequest;
      authScheme = context.endpointV2?.properties?.["authSchemes"]?.[0];
      return Promise.resolve({ response: undefined, output: { $metadata: {} } });
    },
    // After all that adds headers, and before the signature.
    { name: "faastRequestForm", step: "build", priority: "low" },
  );
  await client.send(command);
  if (made === undefined) throw new Error("the AWS SDK has made no request");
  const { method, protocol, hostname, port, path } = made;
  // The second says the same as `user-agent`, but would have to be signed.
  const { "content-length": _length, "x-amz-user-agent": _agent, ...headers } = made.headers;
  const { config } = client;
  const signer = new RequestSigner({
    region: authScheme?.signingRegion ?? (await config.region()),
    service: authScheme?.signingName ?? "lambda",
    method,
    path,
    headers,
  });
  return {
    origin: `${protocol}//${hostname}${port === undefined ? "" : `:${port}`}`,
    path,
    sign: async (body, now) => signer.sign(body, await config.credentials(), now),
  };
}
