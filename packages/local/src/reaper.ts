import { spawn, type ChildProcess } from "node:child_process";
import { OWNER_SUFFIX } from "./owner-file.js";
import { recordEnd, recordStart } from "./process-record.js";

/**
 * Reads process ids (`+pid`, `-pid`) until this process is gone, however it went; then ends what is
 * left of them and removes the instance's directory, and last of all the file that says whose it is, by
 * which a collector goes on if this is interrupted. Directories that functions have closed are opened first, if
 * need be. A worker that is busy would not notice by itself.
 * It ignores the signals that a terminal sends to everyone.
 */
const script = `
trap '' INT TERM HUP QUIT
pids=' '
while read -r line; do
  pid=\${line#?}
  case $line in
    +*) pids="$pids$pid " ;;
    -*) case $pids in *" $pid "*) pids="\${pids%% $pid *} \${pids#* $pid }" ;; esac ;;
    done) exit 0 ;;
  esac
done
for pid in $pids; do kill -9 "$pid" 2>/dev/null; done
rm -rf "$1" || { chmod -R u+rwx "$1"; rm -rf "$1"; } && rm -f "$2"
`;

/** Two turns of the event loop: what is closed in this turn is gone in the next but one. */
async function turnOver(): Promise<void> {
  await new Promise(setImmediate);
  await new Promise(setImmediate);
}

/** Outlives this process, to end its workers when it dies without doing so. */
export class Reaper {
  private readonly directory: string;
  private readonly child: ChildProcess | undefined;

  /** @param directory - of the instance, which need not be there yet. */
  constructor(directory: string) {
    this.directory = directory;
    // Windows has no shell for it: there, idle workers end with the channel to this process, busy
    // ones when their call ends.
    if (process.platform === "win32") return;
    this.child = spawn(
      "/bin/sh",
      ["-c", script, "faast-reaper", directory, directory + OWNER_SUFFIX],
      {
        stdio: ["pipe", "ignore", "ignore"],
        detached: true,
        cwd: "/",
      },
    );
    // Without it, workers still end with their channel; nothing to report.
    this.child.on("error", () => undefined);
    this.child.stdin?.on("error", () => undefined);
    this.child.unref();
    (this.child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  }

  watch(pid: number): void {
    this.tell(`+${pid}`);
    // Should it be killed as well, a collector finds the process by this.
    recordStart(this.directory, pid);
  }

  forget(pid: number): void {
    this.tell(`-${pid}`);
    recordEnd(this.directory, pid);
  }

  /** Its work is done; resolves when it has ended and its handle is closed. */
  close(): Promise<void> {
    return this.end("done\n");
  }

  /** It ends and removes what is left, as if this process were gone; resolves when it has ended. */
  takeOver(): Promise<void> {
    return this.end("");
  }

  private async end(lastWord: string): Promise<void> {
    const { child } = this;
    if (
      child === undefined ||
      child.exitCode !== null ||
      child.signalCode !== null ||
      child.pid === undefined
    )
      return turnOver();
    await new Promise<void>((resolve) => {
      child.once("exit", () => resolve(turnOver()));
      child.ref();
      child.stdin?.end(lastWord);
    });
  }

  private tell(line: string): void {
    this.child?.stdin?.write(`${line}\n`);
  }
}
