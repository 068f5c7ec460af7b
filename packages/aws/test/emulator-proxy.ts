import { once } from "node:events";
import { createServer, request as forward, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** What is answered instead of the emulator. */
export interface FalseAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: string;
}

/** Says what to answer to a request; undefined: it goes to the emulator; "silence": never anything. */
export type Intercept = (request: IncomingMessage) => FalseAnswer | "silence" | undefined;

/** Lambda's way to refuse a request. */
export function lambdaRefusal(code: string, message: string, status = 400): FalseAnswer {
  return {
    status,
    headers: { "content-type": "application/json", "x-amzn-errortype": code },
    body: JSON.stringify({ Type: "User", message }),
  };
}

/** A server before the emulator, which shows what the emulator cannot: refusals, delays, silence. */
export async function startProxy(endpoint: string, intercept: Intercept) {
  const target = new URL(endpoint);
  const server = createServer((request, response) => {
    const answer = intercept(request);
    if (answer === "silence") return void request.resume();
    if (answer !== undefined) {
      request.resume().on("end", () => {
        response.writeHead(answer.status, answer.headers).end(answer.body);
      });
      return;
    }
    const { method, url: path, headers } = request;
    const onward = forward(
      { host: target.hostname, port: target.port, method, path, headers },
      (reply) => {
        response.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(response);
      },
    );
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
