import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "@faast/bundler";
import {
  decode,
  encode,
  packCall,
  unpackFrame,
  type BlobStore,
  type EncodedCall,
  type Frame,
} from "@faast/core/provider";
import type { LambdaEvent, LambdaResponse } from "../../dist/lambda-message.js";
import { ExecutionEnvironment, type FunctionConfig } from "./execution-environment.ts";
import { unpack } from "./function-directory.ts";
import type { ExecutionEnd } from "./runtime-api.ts";
import { runtimeClient } from "./runtime-client.ts";

const entry = fileURLToPath(new URL("../../dist/worker/lambda-entry.js", import.meta.url));
const INLINE_LIMIT = 1 << 20;

/** Nothing here is too large for a message. */
const blobs: BlobStore = {
  put: () => Promise.reject(new Error("nothing is stored")),
  get: () => Promise.reject(new Error("nothing is stored")),
};

/** What came of an invocation. */
export interface Invoked {
  /** The response, in the parts in which it came. */
  readonly parts: readonly string[];
  readonly response: LambdaResponse | undefined;
  readonly frames: readonly Frame[];
  readonly end: ExecutionEnd;
}

/** The archive of a module, unpacked as Lambda does. */
export class UnpackedFunction {
  readonly config: FunctionConfig;
  private readonly environments: ExecutionEnvironment[] = [];
  private calls = 0;

  private constructor(config: FunctionConfig) {
    this.config = config;
  }

  /** @param module - a file among the fixtures. */
  static async make(module: string, config: Partial<FunctionConfig> = {}) {
    const bundled = await bundle({
      module: fileURLToPath(new URL(`../fixtures/${module}`, import.meta.url)),
      entry,
    });
    const directory = await realpath(await mkdtemp(join(tmpdir(), "faast-runtime-client-")));
    await unpack(await bundled.archive(), directory);
    return new UnpackedFunction({
      name: "faast-under-test",
      directory,
      handler: "index.handler",
      timeout: 900,
      memorySize: 1024,
      env: { AWS_REGION: "us-west-2", FAAST_HEAP_LIMIT: "64" },
      ...config,
    });
  }

  async start(config: Partial<FunctionConfig> = {}): Promise<ExecutionEnvironment> {
    const environment = await ExecutionEnvironment.start(runtimeClient ?? "", {
      ...this.config,
      ...config,
    });
    this.environments.push(environment);
    return environment;
  }

  async remove(): Promise<void> {
    for (const environment of this.environments) environment.stop();
    await rm(this.config.directory, { recursive: true, force: true });
  }

  /** An event as it is sent: a call, and what goes with it. */
  async event(
    functionName: string,
    args: readonly unknown[] = [],
    {
      timeout = 60_000,
      ...rest
    }: Partial<LambdaEvent> & Pick<Partial<EncodedCall>, "timeout"> = {},
  ): Promise<string> {
    const request: EncodedCall = {
      call: `call-${this.calls++}`,
      attempt: 0,
      functionName,
      args: encode(args),
      timeout,
      stream: rest.controlQueue !== undefined,
      credit: 100,
      validate: true,
    };
    const call = await packCall(request, { inlineLimit: INLINE_LIMIT, blobs });
    const event: LambdaEvent = { faast: 1, call, inlineLimit: INLINE_LIMIT, ...rest };
    return JSON.stringify(event);
  }
}

/** Invokes, and reads whatever comes as what our own handler sends: one object, or one in each line. */
export async function invoke(environment: ExecutionEnvironment, event: string): Promise<Invoked> {
  const parts: string[] = [];
  const end = await environment.execute(event, (part) => parts.push(part.toString()));
  const messages = parts
    .join("")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as LambdaResponse | null);
  const packed = messages.flatMap((message) => message?.frames ?? []);
  const frames = await Promise.all(packed.map((frame) => unpackFrame(frame, blobs)));
  return { parts, response: messages.at(-1) ?? undefined, frames, end };
}

/** What a call came to: the value of its last frame. */
export function valueOf({ frames }: Invoked): unknown {
  const last = frames.at(-1);
  return last !== undefined && "value" in last && last.value !== undefined
    ? decode(last.value)
    : last;
}
