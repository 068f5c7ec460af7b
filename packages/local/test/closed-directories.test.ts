import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { reaperOf, slay } from "./leftovers-place.ts";
import { eventually } from "./processes.ts";

const program = fileURLToPath(
  new URL("./fixtures/closed-directories-program.mjs", import.meta.url),
);
const core = dirname(createRequire(import.meta.url).resolve("@faast/core/package.json"));

/** Permissions do not hold for root: there, the programs run as nobody, if nobody can read them. */
const isRoot = process.getuid?.() === 0;
const user = isRoot ? { uid: 65_534, gid: 65_534 } : {};
const canRead =
  spawnSync(process.execPath, ["--check", program], { ...user, cwd: "/" }).status === 0;
const describePosix = process.platform !== "win32" && canRead ? describe : describe.skip;

describePosix("directories that a function has closed", () => {
  let place: string;
  const children: ChildProcess[] = [];
  const leftovers = () => readdirSync(place).filter((name) => name.startsWith("faast-"));

  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), "closed-"));
    chmodSync(place, 0o755);
    if (isRoot) chownSync(place, 65_534, 65_534);
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    spawnSync("chmod", ["-R", "u+rwx", place]);
    rmSync(place, { recursive: true, force: true });
  });

  function start(...args: string[]): ChildProcess {
    const child = spawn(process.execPath, args, {
      ...user,
      cwd: dirname(program),
      env: { ...process.env, HOME: place, TMPDIR: place, XDG_CACHE_HOME: place },
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    return child;
  }

  it("are removed by cleanup()", async () => {
    const [code] = await once(start(program, "cleanup"), "exit");
    expect(code).toBe(0);
    expect(leftovers()).toEqual([]);
  });

  it("are removed by the watchdog of a program that is killed", async () => {
    const child = start(program, "wait");
    await once(child.stdout!, "data");
    expect(leftovers()).toHaveLength(2);
    child.kill("SIGKILL");
    await eventually(() => leftovers().length === 0, "the watchdog has removed them");
  });

  const itOnLinux = process.platform === "linux" ? it : it.skip;
  itOnLinux("are collected", async () => {
    const child = start(program, "wait");
    await once(child.stdout!, "data");
    slay(reaperOf(child.pid!));
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(leftovers()).toHaveLength(2);
    const cleanup = start(join(core, "dist/cli/main.js"), "cleanup", "local", "-xf", "--json");
    const [code] = await once(cleanup, "exit");
    expect(code).toBe(0);
    expect(leftovers()).toEqual([]);
  });
});
