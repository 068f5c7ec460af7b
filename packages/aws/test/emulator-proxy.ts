import { once } from "node:events";
import {
  createServer,
  request as forward,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { operationOf } from "./aws-operation.ts";

/** What is answered instead of the emulator. */
export interface FalseAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: string;
}

/**
 * What becomes of a request: an answer that is not the emulator's, never anything ("silence"), a
 * connection that ends before the emulator has the request ("reset") or when it has done what it was
 * asked ("lost"), or the emulator's answer, later (`delay`, milliseconds) or at once.
 */
export type Treatment =
  FalseAnswer | "silence" | "reset" | "lost" | { readonly delay: number } | undefined;

/**
 * Says what becomes of a request, by its service and operation: `lambda:CreateFunction`. It is held up for
 * as long as that takes.
 */
export type Intercept = (
  request: IncomingMessage,
  operation: string,
  body: Buffer,
) => Treatment | Promise<Treatment>;

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
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return; // whoever asked has gone
    }
    const body = Buffer.concat(chunks);
    const treatment = await intercept(request, operationOf(request, body), body);
    if (treatment === "silence") return;
    if (treatment === "reset") return void request.socket.resetAndDestroy();
    if (typeof treatment === "object" && "status" in treatment)
      return void response.writeHead(treatment.status, treatment.headers).end(treatment.body);
    if (typeof treatment === "object")
      await new Promise((resolve) => setTimeout(resolve, treatment.delay));
    const { method, url: path, headers } = request;
    const onward = forward(
      { host: target.hostname, port: target.port, method, path, headers },
      (reply) => {
        if (treatment === "lost") {
          reply.resume().on("end", () => request.socket.resetAndDestroy());
          return;
        }
        response.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(response);
      },
    );
    onward.on("error", () => response.destroy());
    // Whoever asked has gone: what they waited for is not waited for here, either.
    response.on("close", () => onward.destroy());
    onward.end(body);
  };
  const server = createServer((request, response) => void handle(request, response));
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
