import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as it has arrived. */
export interface Arrived {
  readonly request: IncomingMessage;
  readonly body: string;
  readonly response: ServerResponse;
}

/** An endpoint that answers invocations as a test wants it to. */
export async function startFalseLambda(answer: (arrived: Arrived) => void) {
  const requests: Arrived[] = [];
  const sockets = new Set<unknown>();
  const server = createServer((request, response) => {
    sockets.add(request.socket);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const arrived = { request, response, body: Buffer.concat(chunks).toString() };
      requests.push(arrived);
      answer(arrived);
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen({ port: 0, host: "127.0.0.1", backlog: 2048 });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    /** All that there have been. */
    sockets,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
