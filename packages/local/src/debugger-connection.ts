import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";

/** The state "established" in Linux's tables of connections. */
const ESTABLISHED = "01";

/**
 * Whether a debugger is connected to the inspector at that port of this machine.
 *
 * The inspector itself does not tell, and a process that is stopped at a breakpoint answers nothing: so
 * the system is asked, whose table of connections says it in any case.
 */
export function isDebuggerConnected(port: number): Promise<boolean> {
  return process.platform === "linux" ? Promise.resolve(inProc(port)) : inNetstat(port);
}

function inProc(port: number): boolean {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  try {
    return readFileSync("/proc/self/net/tcp", "latin1")
      .split("\n")
      .some((row) => {
        const [, from, , state] = row.trim().split(/\s+/);
        return from === local && state === ESTABLISHED;
      });
  } catch {
    return false;
  }
}

/** macOS writes `127.0.0.1.9229`, Windows `127.0.0.1:9229`; both have the local address first. */
function inNetstat(port: number): Promise<boolean> {
  const row = new RegExp(`\\s127\\.0\\.0\\.1[.:]${port}\\s+\\S+\\s+ESTABLISHED`);
  return new Promise((resolve) => {
    const child = execFile("netstat", ["-an", "-p", "tcp"], (_error, stdout) => {
      resolve(row.test(stdout));
    });
    child.unref();
  });
}
