import { createAwsClients, type AwsClientConfig } from "../dist/infra/clients.js";
import type { AwsRequestError } from "../dist/infra/aws-failure.js";
import type { InvocationClient } from "../dist/invocation/invocation-client.js";
import { invocationOutcome } from "../dist/invocation/invocation-outcome.js";
import { startFalseLambda, type Arrived } from "./false-lambda.ts";
import { caught, until } from "./modes.ts";

const credentials = { accessKeyId: "id", secretAccessKey: "secret" };
const ok = ({ response }: Arrived) => response.end('{"fine":true}');
const call = { functionName: "faast-f", payload: '{"n":"ü"}' };

/** A client of an endpoint that answers so. */
async function withLambda(
  answer: (arrived: Arrived) => void,
  use: (
    client: InvocationClient,
    lambda: Awaited<ReturnType<typeof startFalseLambda>>,
  ) => Promise<unknown>,
  { concurrency = 10, ...config }: AwsClientConfig & { concurrency?: number } = {},
): Promise<void> {
  const lambda = await startFalseLambda(answer);
  const clients = await createAwsClients({
    region: "eu-west-1",
    clientConfig: { endpoint: lambda.endpoint, credentials, ...config },
    invocations: { concurrency, timeoutSeconds: 30 },
  });
  try {
    await use(await clients.invocations(), lambda);
  } finally {
    clients.destroy();
    await lambda.stop();
  }
}

describe("an invocation", () => {
  it("is a signed request, and gives what the function has answered", () =>
    withLambda(ok, async (client, { requests }) => {
      expect(await client.invoke(call)).toEqual({ payload: '{"fine":true}' });
      const [{ request, body } = {}] = requests;
      expect(body).toBe(call.payload);
      expect(request?.url).toBe("/2015-03-31/functions/faast-f/invocations");
      expect(request?.headers).toMatchObject({
        "content-length": "10",
        "x-amz-invocation-type": "RequestResponse",
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=id\/\d{8}\/eu-west-1\/lambda\/aws4_request, /,
        ),
      });
    }));

  it("that is not waited for says so", () =>
    withLambda(
      ({ response }) => response.writeHead(202).end(),
      async (client, { requests }) => {
        expect(await client.invoke({ ...call, event: true })).toEqual({ payload: "" });
        expect(requests[0]?.request.headers["x-amz-invocation-type"]).toBe("Event");
      },
    ));

  it("has a thousand beside it, each over a connection of its own that the next ones use", async () => {
    const held: Arrived[] = [];
    const answer = (arrived: Arrived) => {
      if (held.push(arrived) < 1000) return;
      for (const each of held.splice(0)) ok(each);
    };
    await withLambda(
      answer,
      async (client, { sockets }) => {
        for (let wave = 0; wave < 3; wave++)
          await Promise.all(Array.from({ length: 1000 }, () => client.invoke(call)));
        expect(sockets.size).toBe(1000);
      },
      { concurrency: 1000 },
    );
  });

  it("that is given up ends at once, with the reason, and frees its connection", () =>
    withLambda(
      () => undefined,
      async (client, { requests }) => {
        const controller = new AbortController();
        const reason = { code: "MINE" };
        const calls = Array.from({ length: 3 }, () =>
          caught(client.invoke({ ...call, signal: controller.signal })),
        );
        await until(() => requests.length === 1); // the others wait for the connection
        controller.abort(reason);
        expect(await Promise.all(calls)).toEqual([reason, reason, reason]);
        const again = client.invoke(call);
        await until(() => requests.length === 2);
        ok(requests[1]!);
        await again;
        expect(await caught(client.invoke({ ...call, signal: controller.signal }))).toBe(reason);
      },
      { concurrency: 1 },
    ));

  it("that is under way when the client is closed fails", () =>
    withLambda(
      () => undefined,
      async (client, { requests }) => {
        const invocation = caught(client.invoke(call));
        await until(() => requests.length === 1);
        client.destroy();
        expect(await invocation).toMatchObject({ operation: "lambda:Invoke" });
      },
    ));

  it("goes by the SDK where the user has a say in how requests are sent", async () => {
    const lines: unknown[] = [];
    const logger = { debug() {}, info: (line: unknown) => lines.push(line), warn() {}, error() {} };
    await withLambda(
      ok,
      async (client) => {
        expect(await client.invoke(call)).toEqual({ payload: '{"fine":true}' });
        expect(lines).toMatchObject([{ commandName: "InvokeCommand" }]);
      },
      { logger },
    );
  });
});

describe("what Lambda refuses", () => {
  const refuse =
    (status: number, headers: Record<string, string>, body = "{}") =>
    ({ response }: Arrived) =>
      response.writeHead(status, { "x-amzn-requestid": "r-1", ...headers }).end(body);

  it("is named, with the permission that is missing, and not tried again", () =>
    withLambda(
      refuse(
        403,
        { "x-amzn-errortype": "AccessDeniedException:http://internal.amazon.com/" },
        '{"Message":"User: x is not authorized to perform: lambda:InvokeFunction on resource: y"}',
      ),
      async (client, { requests }) => {
        const error = (await caught(client.invoke(call))) as AwsRequestError;
        expect(error).toMatchObject({
          name: "AwsRequestError",
          operation: "lambda:Invoke",
          awsCode: "AccessDeniedException",
          requestId: "r-1",
          statusCode: 403,
        });
        expect(error.message).toContain('permission "lambda:InvokeFunction" is missing');
        expect(requests).toHaveLength(1);
      },
    ));

  it("may come from something else on the way", () =>
    withLambda(refuse(502, {}, "<html>Bad Gateway</html>"), async (client) => {
      const error = (await caught(client.invoke(call))) as AwsRequestError;
      expect(error.message).toContain("UnknownError, HTTP 502, request r-1");
    }));

  it("for there being too many is no failure of the way there", () =>
    withLambda(
      refuse(
        429,
        { "x-amzn-errortype": "TooManyRequestsException", "retry-after": "3" },
        '{"Reason":"ConcurrentInvocationLimitExceeded","message":"Rate Exceeded."}',
      ),
      async (client) => {
        expect(await invocationOutcome(client.invoke(call))).toEqual({
          failure: {
            code: "throttled",
            message:
              "Lambda takes no more calls for now: ConcurrentInvocationLimitExceeded (asked to wait 3 s)",
          },
        });
      },
    ));

  it("is told from an execution that failed", () =>
    withLambda(
      refuse(
        200,
        { "x-amz-function-error": "Unhandled" },
        '{"errorType":"Runtime.OutOfMemory","errorMessage":"signal: killed"}',
      ),
      async (client) => {
        expect(await invocationOutcome(client.invoke(call))).toEqual({
          failure: {
            code: "memory",
            message: "the execution failed: Runtime.OutOfMemory signal: killed",
          },
        });
      },
    ));

  it("is told from a server that cannot be reached", async () => {
    const gone = await startFalseLambda(ok);
    await gone.stop();
    await withLambda(
      ok,
      async (client) => {
        const error = (await caught(client.invoke(call))) as AwsRequestError;
        expect(error).toMatchObject({ awsCode: "ECONNREFUSED", operation: "lambda:Invoke" });
      },
      { endpoint: gone.endpoint },
    );
  });
});

describe("the clock", () => {
  const hour = 3_600_000;
  /** Refuses what does not bear the server's time, which is an hour ahead. */
  const strict = ({ request, response }: Arrived) => {
    const now = Date.now() + hour;
    const stamp = String(request.headers["x-amz-date"]);
    const signedAt = Date.parse(
      stamp.replace(/(....)(..)(..)T(..)(..)(..)Z/, "$1-$2-$3T$4:$5:$6Z"),
    );
    response.setHeader("date", new Date(now).toUTCString());
    if (Math.abs(signedAt - now) < 300_000) return response.end("{}");
    response.writeHead(403, { "x-amzn-errortype": "InvalidSignatureException" }).end("{}");
  };

  it("is set by AWS's where it is wrong", () =>
    withLambda(strict, async (client, { requests }) => {
      await client.invoke(call);
      expect(requests).toHaveLength(2);
      await client.invoke(call);
      expect(requests).toHaveLength(3);
    }));

  it("is asked for once: what is refused nevertheless fails", async () => {
    let date = Date.now();
    const never = ({ response }: Arrived) => {
      response.setHeader("date", new Date((date += hour)).toUTCString());
      response.writeHead(403, { "x-amzn-errortype": "InvalidSignatureException" }).end("{}");
    };
    await withLambda(never, async (client, { requests }) => {
      await caught(client.invoke(call));
      expect(requests).toHaveLength(2);
    });
  });
});

describe("credentials", () => {
  it("are asked for once, and anew before they expire", async () => {
    let asked = 0;
    let expiration = new Date(Date.now() + 3_600_000);
    const provider = async () => ({ ...credentials, accessKeyId: `id${++asked}`, expiration });
    await withLambda(
      ok,
      async (client, { requests }) => {
        const keys = () =>
          requests.map(({ request }) => /=(id\d+)/.exec(request.headers.authorization ?? "")?.[1]);
        await client.invoke(call);
        await client.invoke(call);
        expect(keys()).toEqual(["id1", "id1"]);
        const now = Date.now;
        try {
          Date.now = () => now() + 3_500_000;
          expiration = new Date(Date.now() + 3_600_000);
          // The first one may still go with those at hand.
          await client.invoke(call);
          await client.invoke(call);
        } finally {
          Date.now = now;
        }
        expect(keys().at(-1)).toBe("id2");
        expect(asked).toBe(2);
      },
      { credentials: provider },
    );
  });

  it("that cannot be had are named, and asked for again", async () => {
    let asked = 0;
    const provider = async () => {
      if (++asked === 1) throw Object.assign(new Error("no"), { name: "CredentialsProviderError" });
      return credentials;
    };
    await withLambda(
      ok,
      async (client) => {
        const error = (await caught(client.invoke(call))) as AwsRequestError;
        expect(error.message).toContain("Check the AWS credentials");
        await client.invoke(call);
      },
      { credentials: provider },
    );
  });
});
