import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundle, callableExports } from "@faast/bundler";
import type { CommonOptions } from "@faast/core";
import {
  numberOption,
  packCall,
  packControl,
  unpackFrame,
  type Deployment,
  type DeploySpec,
  type Invocation,
  type JsonFrame,
  type Provider,
} from "@faast/core/provider";
import { route } from "./json-route.js";
import { Machine } from "./machine.js";

/** The options of this provider: the common ones, and one of its own. */
export interface TemplateOptions extends CommonOptions {
  /** From 0 to 19: how far the functions stand back behind other programs. Default: 0. */
  niceness?: number;
}

declare module "@faast/core" {
  interface ProviderOptions {
    "provider-template": TemplateOptions; // types the options of faast("provider-template", …)
  }
}

/** Runs functions behind an HTTP server of this machine. */
export const provider: Provider<TemplateOptions> = {
  name: "provider-template",
  options: {
    defaults: { concurrency: 10 },
    unsupported: ["packageJson", "childProcess", "mode"],
    own: { niceness: numberOption(0, { min: 0, max: 19, integer: true }) },
  },
  deploy,
};

async function deploy(
  { job, moduleFile, needsFunctions, options }: DeploySpec<TemplateOptions>,
  signal: AbortSignal,
): Promise<Deployment> {
  // Everything is made under the job's name, and removed again if anything fails.
  const folder = join(tmpdir(), job.name);
  await mkdir(folder, { mode: 0o700 });
  try {
    const bundled = await bundle({
      module: moduleFile,
      entry: fileURLToPath(new URL("./worker-entry.js", import.meta.url)),
      include: [...options.include],
      exclude: [...options.exclude],
      esbuildOptions: options.esbuildOptions,
      signal,
    });
    await bundled.writeTo(folder);
    const functions = needsFunctions ? callableExports(await bundled.manifest()) : undefined;
    const config = {
      folder,
      entryPath: bundled.entryPath,
      heapLimit: options.childProcessMemoryMb || options.memorySize,
      niceness: options.niceness,
      logUrl: pathToFileURL(join(folder, "output.log")).href,
      token: randomUUID(),
    };
    const machine = await Machine.rent(config, options.env, signal);
    const agent = new Agent({ keepAlive: true });
    return {
      // The answer to the request carries all frames: once it has ended, none follow.
      limits: { startupTime: 30_000, framesFollow: false },
      ...(functions === undefined ? {} : { functions }),
      invoke: (invocation) =>
        invoke(invocation, { agent, port: machine.port, token: config.token }),
      logUrl: (detail) => detail?.logUrl ?? config.logUrl,
      estimateCost: () => [],
      close: async ({ deleteResources }) => {
        agent.destroy();
        await machine.release();
        if (deleteResources) await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/**
 * One attempt is one HTTP request, open both ways: up go the call and then, for a stream, control
 * messages; down come frames; each is a line of JSON.
 */
async function invoke(
  invocation: Invocation,
  { agent, port, token }: { agent: Agent; port: number; token: string },
): Promise<void> {
  const exchange = httpRequest({
    ...{ agent, port, host: "127.0.0.1", method: "POST" },
    headers: { authorization: `Bearer ${token}` },
  });
  const responded = once(exchange, "response") as Promise<[IncomingMessage]>;
  exchange.write(lineOf(await packCall(invocation.request, route)));
  let sent: Promise<unknown> = Promise.resolve();
  invocation.onControl((message) => {
    sent = sent.then(async () => exchange.write(lineOf(await packControl(message, route))));
  });
  // Over, one way or the other: the server sees the end of the request, and ends the response.
  invocation.signal.addEventListener("abort", () => void sent.then(() => exchange.end()));
  const [response] = await responded;
  if (response.statusCode !== 200) throw new Error(`the server answered ${response.statusCode}`);
  for await (const line of createInterface({ input: response })) {
    invocation.receive(await unpackFrame(JSON.parse(line) as JsonFrame, route.blobs));
  }
}

function lineOf(message: object): string {
  return `${JSON.stringify(message)}\n`;
}
