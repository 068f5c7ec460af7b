import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import {
  createServer,
  request as forward,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Emulator } from "../emulator.ts";
import { eventMessage } from "./event-stream.ts";
import { ExecutionEnvironment, type FunctionConfig } from "./execution-environment.ts";
import { unpack } from "./function-directory.ts";
import type { ExecutionEnd } from "./runtime-api.ts";

/** Ways in which a Lambda may fall short of what it has in most regions. */
export type StreamingFault = "refused" | "kept back";

interface Deployed {
  readonly config: FunctionConfig;
  readonly idle: ExecutionEnvironment[];
  readonly all: ExecutionEnvironment[];
}

/**
 * A Lambda before the emulator's: what is uploaded runs under AWS's own runtime client, and responses may
 * be streamed. Everything else is the emulator's.
 */
export class LambdaFront {
  /** How often functions were invoked, by what was asked for. */
  readonly counts = { buffered: 0, streaming: 0 };
  /** Lines that have gone in responses under way. */
  lines = 0;
  fault: StreamingFault | undefined;
  private readonly client: string;
  private readonly emulator: Emulator;
  private readonly server: Server;
  private readonly functions = new Map<string, Deployed>();
  private directory = "";

  /** @param client - the directory of AWS's runtime client. */
  constructor(client: string, emulator: Emulator) {
    this.client = client;
    this.emulator = emulator;
    this.server = createServer((request, response) => {
      this.serve(request, response).catch(() => response.destroy());
    });
  }

  async start(): Promise<string> {
    this.directory = await realpath(await mkdtemp(join(tmpdir(), "faast-runtime-client-")));
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const name of this.functions.keys()) this.forget(name);
    this.server.closeAllConnections();
    this.server.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url = "/", headers } = request;
    const { pathname } = new URL(url, "http://front");
    const [version, , name = "", action = ""] = pathname.split("/").slice(1);
    const body = await bodyOf(request);
    const deployed = this.functions.get(decodeURIComponent(name));
    if (deployed !== undefined && method === "POST") {
      if (action === "response-streaming-invocations" && version === "2021-11-15")
        return this.invokeStreaming(deployed, body, response);
      if (action === "invocations" && headers["x-amz-invocation-type"] !== "Event")
        return this.invoke(deployed, body, response);
    }
    const { status, answer, answerHeaders } = await this.passOn({ method, url, headers, body });
    // Before anyone knows that it is there.
    if (status < 300 && method === "POST" && /\/functions\/?$/.test(pathname))
      await this.deploy(body);
    if (status < 300 && method === "DELETE" && action === "") this.forget(name);
    response.writeHead(status, answerHeaders).end(answer);
  }

  private async invoke(deployed: Deployed, event: Buffer, response: ServerResponse): Promise<void> {
    this.counts.buffered++;
    const parts: Buffer[] = [];
    const end = await this.execute(deployed, event, (part) => parts.push(part));
    if (end.errorType !== undefined) response.setHeader("x-amz-function-error", "Unhandled");
    response.setHeader("x-amzn-requestid", randomUUID());
    response.writeHead(200, { "content-type": "application/json" });
    response.end(end.errorBody ?? Buffer.concat(parts));
  }

  private async invokeStreaming(
    deployed: Deployed,
    event: Buffer,
    response: ServerResponse,
  ): Promise<void> {
    this.counts.streaming++;
    if (this.fault === "refused") {
      response.writeHead(404, { "x-amzn-errortype": "UnknownOperationException" }).end("{}");
      return;
    }
    response.writeHead(200, {
      "content-type": "application/vnd.amazon.eventstream",
      "x-amzn-remapped-content-type": "application/octet-stream",
    });
    const kept: Uint8Array[] = [];
    const send = (message: Uint8Array) => {
      if (this.fault === "kept back") kept.push(message);
      else response.write(message);
    };
    if (this.fault === undefined) response.flushHeaders();
    const end = await this.execute(deployed, event, (part) => {
      this.lines += part.filter((byte) => byte === 10).length;
      send(eventMessage("PayloadChunk", part, "application/octet-stream"));
    });
    const complete =
      end.errorType === undefined ? {} : { ErrorCode: end.errorType, ErrorDetails: end.errorBody };
    send(eventMessage("InvokeComplete", Buffer.from(JSON.stringify(complete)), "application/json"));
    response.end(Buffer.concat(kept));
  }

  /** By an environment that is warm, if there is one. */
  private async execute(
    { config, idle, all }: Deployed,
    event: Buffer,
    onPart: (part: Buffer) => void,
  ): Promise<ExecutionEnd> {
    let environment = idle.pop();
    while (environment?.ended === true) environment = idle.pop();
    if (environment === undefined) {
      environment = await ExecutionEnvironment.start(this.client, config);
      all.push(environment);
    }
    const end = await environment.execute(event.toString(), onPart);
    if (!environment.ended) idle.push(environment);
    return end;
  }

  /** Unpacks the very archive that was uploaded. */
  private async deploy(body: Buffer): Promise<void> {
    const input = JSON.parse(body.toString()) as {
      FunctionName: string;
      Handler: string;
      Timeout: number;
      MemorySize: number;
      Environment?: { Variables?: Record<string, string> };
      Code: { ZipFile: string };
    };
    const directory = join(this.directory, input.FunctionName);
    await unpack(Buffer.from(input.Code.ZipFile, "base64"), directory);
    const config: FunctionConfig = {
      name: input.FunctionName,
      directory,
      handler: input.Handler,
      timeout: input.Timeout,
      memorySize: input.MemorySize,
      env: { ...this.emulator.env, ...input.Environment?.Variables },
    };
    this.functions.set(config.name, { config, idle: [], all: [] });
  }

  private forget(name: string): void {
    for (const environment of this.functions.get(name)?.all ?? []) environment.stop();
    this.functions.delete(name);
  }

  private async passOn({ method, url, headers, body }: PassedRequest) {
    const { hostname, port } = new URL(this.emulator.endpoint);
    const onward = forward({ host: hostname, port, method, path: url, headers });
    onward.end(body);
    const [reply] = (await once(onward, "response")) as [IncomingMessage];
    const { statusCode: status = 502, headers: answerHeaders } = reply;
    return { status, answer: await bodyOf(reply), answerHeaders };
  }
}

interface PassedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
