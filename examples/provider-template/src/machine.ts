import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** What the server is told when it starts. */
export interface ServerConfig {
  /** Where the bundled code is. */
  readonly folder: string;
  readonly entryPath: string;
  /** MB of heap for each worker; 0: Node's own limit. */
  readonly heapLimit: number;
  /** From 0 to 19: how far it stands back behind other programs. */
  readonly niceness: number;
  readonly logUrl: string;
  /** What requests must bear. */
  readonly token: string;
}

/** The "cloud": here a process of this machine; elsewhere, a machine to be rented. */
export class Machine {
  readonly port: number;
  private readonly server: ChildProcess;

  private constructor(server: ChildProcess, port: number) {
    this.server = server;
    this.port = port;
    // It must not keep a program alive that forgets to clean up: it ends with its standard input.
    server.unref();
    for (const each of server.stdio) (each as { unref?: () => void } | null)?.unref?.();
  }

  /** Starts the server; resolves when it listens. */
  static async rent(
    config: ServerConfig,
    env: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Machine> {
    const program = fileURLToPath(new URL("./server.js", import.meta.url));
    const server = spawn(process.execPath, [program], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, ...env },
    });
    try {
      server.stdin.write(`${JSON.stringify(config)}\n`); // not in `argv`: any user of the machine sees that
      const ended = once(server, "exit", { signal }).then(() => {
        throw new Error("the server ended before it listened");
      });
      const [line] = (await Promise.race([once(server.stdout, "data", { signal }), ended])) as [
        Buffer,
      ];
      ended.catch(() => undefined);
      return new Machine(server, Number(line.toString()));
    } catch (error) {
      server.kill("SIGKILL");
      throw error;
    }
  }

  /** Ends the server and its workers; resolves when it has ended. */
  async release(): Promise<void> {
    if (this.server.exitCode !== null || this.server.signalCode !== null) return;
    const ended = once(this.server, "exit");
    this.server.stdin?.end();
    const late = setTimeout(() => this.server.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(late);
  }
}
