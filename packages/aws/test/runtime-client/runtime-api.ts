import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How an execution ended: without an error, or with Lambda's account of it. */
export interface ExecutionEnd {
  readonly errorType?: string;
  /** JSON. */
  readonly errorBody?: string;
  /** Whether the runtime said that it would send the response in parts. */
  readonly streamed: boolean;
}

/** What is asked of the runtime. */
export interface Execution {
  readonly event: string;
  /** Milliseconds until it is too late to answer. */
  readonly timeout: number;
  /** Takes the response, part by part as it comes. */
  onPart(part: Buffer): void;
}

interface Pending extends Execution {
  readonly id: string;
  readonly end: (end: ExecutionEnd) => void;
}

/**
 * The server that a runtime asks for events and gives responses to:
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. One for each execution environment.
 */
export class RuntimeApi {
  private readonly server: Server;
  private next: ServerResponse | undefined;
  private pending: Pending | undefined;
  private failure: ExecutionEnd | undefined;
  /** Told when the runtime waits for an event, and there is none. */
  onIdle: () => void = () => undefined;

  constructor() {
    this.server = createServer((request, response) => {
      this.serve(request, response).catch(() => response.destroy());
    });
    // Whoever is frozen does not see that a connection has been closed, and fails with its next request.
    this.server.keepAliveTimeout = 0;
    // A response may take as long as an execution.
    this.server.requestTimeout = 0;
  }

  async start(): Promise<string> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** One at a time. */
  execute(execution: Execution): Promise<ExecutionEnd> {
    return new Promise((resolve) => {
      this.pending = { ...execution, id: randomUUID(), end: resolve };
      if (this.failure !== undefined) this.fail(this.failure);
      else this.hand();
    });
  }

  /** The runtime has died, or is about to. */
  fail(end: ExecutionEnd): void {
    this.failure = end;
    this.finish(end);
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "").replace("/2018-06-01/runtime/", "");
    if (path === "invocation/next") {
      this.next = response;
      return this.pending === undefined ? this.onIdle() : this.hand();
    }
    if (path === "init/error") {
      this.fail({ ...errorOf(await textOf(request)), streamed: false });
      return accept(response);
    }
    const { pending } = this;
    if (pending === undefined || !path.includes(pending.id)) {
      response.writeHead(400).end();
      return;
    }
    if (path.endsWith("/error")) {
      const error = errorOf(await textOf(request));
      accept(response);
      return this.finish({ ...error, streamed: false });
    }
    const streamed = request.headers["lambda-runtime-function-response-mode"] === "streaming";
    for await (const part of request) pending.onPart(part as Buffer);
    accept(response);
    // A response that has begun can tell only after its end that it failed.
    const type = request.trailers["lambda-runtime-function-error-type"];
    const body = request.trailers["lambda-runtime-function-error-body"] ?? "";
    const error =
      type === undefined
        ? {}
        : { errorType: type, errorBody: Buffer.from(body, "base64").toString() };
    this.finish({ ...error, streamed });
  }

  private hand(): void {
    const { next, pending } = this;
    if (next === undefined || pending === undefined) return;
    this.next = undefined;
    next.writeHead(200, {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": pending.id,
      "lambda-runtime-deadline-ms": String(Date.now() + pending.timeout),
      "lambda-runtime-invoked-function-arn": "arn:aws:lambda:us-west-2:000000000000:function:f",
    });
    next.end(pending.event);
  }

  private finish(end: ExecutionEnd): void {
    const { pending } = this;
    this.pending = undefined;
    pending?.end(end);
  }
}

function accept(response: ServerResponse): void {
  response.writeHead(202, { "content-type": "application/json" }).end('{"status":"OK"}');
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

function errorOf(errorBody: string): Pick<ExecutionEnd, "errorType" | "errorBody"> {
  const { errorType } = JSON.parse(errorBody) as { errorType?: string };
  return { errorType: errorType ?? "Error", errorBody };
}
