/**
 * What runs on the machine: an HTTP server that runs one call for each request. Its first line of
 * standard input tells what to serve, and it ends with that input.
 */
import { appendFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setPriority } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import {
  packFrame,
  startProcessIsolate,
  Supervisor,
  unpackCall,
  unpackControl,
  type ControlMessage,
  type Frame,
  type JsonCall,
  type JsonControl,
} from "@faast/core/worker";
import { route } from "./json-route.js";
import type { ServerConfig } from "./machine.js";

const input = createInterface({ input: process.stdin });
input.once("line", (line) => serve(JSON.parse(line) as ServerConfig));
input.once("close", () => process.exit());

function serve(config: ServerConfig): void {
  if (config.niceness > 0) setPriority(config.niceness);
  const idle: Supervisor[] = [];
  const server = createServer((request, response) => {
    if (request.headers.authorization !== `Bearer ${config.token}`) {
      response.writeHead(401).end();
      return;
    }
    const worker = idle.pop() ?? createWorker(config);
    void run(worker, request, response).then(() => idle.push(worker));
  });
  server.requestTimeout = 0; // a request lasts as long as its call
  server.listen(0, "127.0.0.1", () =>
    process.stdout.write(`${(server.address() as AddressInfo).port}\n`),
  );
}

/** A worker is a process that a supervisor starts when needed, and watches over. */
function createWorker({ folder, entryPath, heapLimit, logUrl }: ServerConfig): Supervisor {
  let lastOutput = "";
  return new Supervisor({
    startupTime: 30_000,
    describe: ({ call, attempt }, instanceId) => ({
      logUrl,
      executionId: `${call}/${attempt}`,
      instanceId,
    }),
    start: (events) =>
      startProcessIsolate(
        {
          entry: join(folder, entryPath),
          cwd: folder,
          env: process.env,
          heapLimit,
          output: (chunk) => {
            lastOutput = (lastOutput + chunk.toString()).slice(-10_000);
            appendFileSync(fileURLToPath(logUrl), chunk);
          },
          lastOutput: () => lastOutput,
        },
        events,
      ),
  });
}

/** Runs the call of the request's first line; resolves when the worker is free again. */
function run(worker: Supervisor, request: IncomingMessage, response: ServerResponse) {
  return new Promise<void>((resolve) => {
    let control: ((message: ControlMessage) => void) | undefined;
    let sent = Promise.resolve();
    const send = (frame: Frame) => {
      const last = frame.type === "result" || frame.type === "error";
      sent = sent.then(async () => {
        response.write(`${JSON.stringify(await packFrame(frame, route))}\n`);
        if (last) response.end();
      });
    };
    const start = async (line: string) => {
      const call = await unpackCall(JSON.parse(line) as JsonCall, route.blobs);
      worker.run(
        { request: call, receive: send, onControl: (listener) => (control = listener) },
        () => resolve(),
      );
      // Whoever has made the call may die: then nobody waits for it.
      const cancel = {
        type: "cancel",
        call: call.call,
        attempt: call.attempt,
        sequence: 0,
      } as const;
      response.once("close", () => control?.(cancel));
    };
    let started: Promise<void> | undefined;
    const lines = createInterface({ input: request });
    lines.on("line", (line) => {
      if (started === undefined) started = start(line);
      else {
        const message = unpackControl(JSON.parse(line) as JsonControl, route.blobs);
        void started.then(async () => control?.(await message));
      }
    });
    lines.on("error", () => undefined); // the response's end tells
  });
}
