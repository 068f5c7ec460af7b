import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { RuntimeApi, type ExecutionEnd } from "./runtime-api.ts";

/** What Lambda knows of a function. */
export interface FunctionConfig {
  readonly name: string;
  /** Where its code has been unpacked. */
  readonly directory: string;
  readonly handler: string;
  /** Seconds. */
  readonly timeout: number;
  /** MB. */
  readonly memorySize: number;
  readonly env: Readonly<Record<string, string>>;
}

/** Lambda does not let these Nodes load an ES module by `require`, nor guess what a file is. */
const flags =
  Number(process.versions.node.split(".")[0]) < 24
    ? ["--no-experimental-require-module", "--no-experimental-detect-module"]
    : [];

let made = 0;

/** Those that run: what is frozen would outlive whoever has started it. */
const running = new Set<ExecutionEnvironment>();
process.on("exit", () => {
  for (const each of running) each.stop();
});

/** A process of AWS's runtime client, which serves one invocation at a time, and is frozen in between. */
export class ExecutionEnvironment {
  private readonly config: FunctionConfig;
  private readonly api: RuntimeApi;
  private readonly runtime: ChildProcess;
  private output = "";
  private over = false;

  private constructor(config: FunctionConfig, api: RuntimeApi, runtime: ChildProcess) {
    this.config = config;
    this.api = api;
    this.runtime = runtime;
    const keep = (chunk: Buffer) => (this.output += chunk.toString());
    runtime.stdout?.on("data", keep);
    runtime.stderr?.on("data", keep);
    running.add(this);
    runtime.on("exit", (code, signal) => {
      running.delete(this);
      this.over = true;
      const how = signal === null ? `exit status ${code}` : `signal: ${signal}`;
      api.fail(lambdaError("Runtime.ExitError", `Error: Runtime exited with error: ${how}`));
      api.close();
      this.signal("SIGKILL"); // what it has started ends with it
    });
    api.onIdle = () => this.signal("SIGSTOP");
  }

  static async start(client: string, config: FunctionConfig): Promise<ExecutionEnvironment> {
    const api = new RuntimeApi();
    const address = await api.start();
    const runtime = spawn(process.execPath, [...flags, join(client, "index.mjs")], {
      cwd: config.directory,
      // A group of its own, so that what it starts is frozen and ended with it.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env.PATH,
        TZ: ":UTC",
        AWS_LAMBDA_RUNTIME_API: address,
        AWS_LAMBDA_FUNCTION_NAME: config.name,
        AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(config.memorySize),
        AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${config.name}`,
        AWS_LAMBDA_LOG_STREAM_NAME: `2026/01/01/[$LATEST]${made++}`,
        AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
        LAMBDA_TASK_ROOT: config.directory,
        LAMBDA_RUNTIME_DIR: client,
        _HANDLER: config.handler,
        ...config.env,
      },
    });
    return new ExecutionEnvironment(config, api, runtime);
  }

  /** Whether it can serve no more. */
  get ended(): boolean {
    return this.over;
  }

  /** What it and its children have printed. */
  get log(): string {
    return this.output;
  }

  get pid(): number {
    return this.runtime.pid ?? 0;
  }

  async execute(event: string, onPart: (part: Buffer) => void): Promise<ExecutionEnd> {
    const timeout = this.config.timeout * 1000;
    this.signal("SIGCONT");
    const timer = setTimeout(() => {
      const reason = `Error: Task timed out after ${this.config.timeout.toFixed(2)} seconds`;
      this.api.fail(lambdaError("Sandbox.Timedout", reason));
      this.stop();
    }, timeout);
    try {
      return await this.api.execute({ event, timeout, onPart });
    } finally {
      clearTimeout(timer);
    }
  }

  stop(): void {
    this.over = true;
    this.signal("SIGKILL");
  }

  private signal(name: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, name);
    } catch {
      // there is none any more
    }
  }
}

function lambdaError(errorType: string, errorMessage: string): ExecutionEnd {
  return { errorType, errorBody: JSON.stringify({ errorType, errorMessage }), streamed: false };
}
