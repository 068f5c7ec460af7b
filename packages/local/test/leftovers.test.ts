import { execFile } from "node:child_process";
import {
  existsSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { provider } from "@faast/local";
import { DAY, gone, leave, Place, plantDecoys, reaperOf, slay, tags } from "./leftovers-place.ts";
import { directoryOf, eventually, isAlive } from "./processes.ts";

const onLinux = process.platform === "linux" ? it : it.skip;
const JOB = "11111111-2222-4333-8444-555555555555";
const KEY = "0123456789abcdef".repeat(4);

let place: Place;
beforeEach(() => (place = new Place()));
afterEach(() => place.end());

describe("faast cleanup local", () => {
  onLinux(
    "takes what a client and its watchdog left that were both killed, busy workers too",
    async () => {
      const client = place.start("calls");
      const told = await client.reached("deployed");
      await client.reached("calling");
      const workers = () => place.processes().filter((pid) => pid !== client.child.pid);
      slay(reaperOf(client.child.pid!));
      slay(client.child.pid);
      await client.ended;
      const directory = directoryOf(told!.logUrl);
      expect(existsSync(directory)).toBe(true);
      expect(workers().length).toBeGreaterThan(0);
      const dry = await place.cleanup();
      expect(dry.deletions.map(({ kind }) => kind)).toEqual(
        expect.arrayContaining(["process", "directory"]),
      );
      expect(dry.deletions.at(-1)).toMatchObject({ kind: "directory", why: "its owner is gone" });
      const swept = await place.cleanup("-xf");
      expect(swept).toMatchObject({ code: 0, failed: [], skipped: [] });
      expect(existsSync(directory)).toBe(false);
      await eventually(() => workers().length === 0, "the workers have ended");
    },
  );

  it("does not touch a job that is alive, but takes it when it is named", async () => {
    const client = place.start("live");
    const told = await client.reached("deployed");
    const directory = directoryOf(told!.logUrl);
    const job = /faast-(.*?)\/?$/.exec(directory)![1]!;
    const listed = JSON.parse((await place.run("ls", "local", "--json").ended).out);
    expect(listed.jobs).toMatchObject([
      { job, state: "alive", owner: expect.stringContaining("@") },
    ]);
    const swept = await place.cleanup("-xf");
    expect(swept.deleted).toEqual([]);
    expect(swept.kept.map(({ why }) => why)).toContain("its owner is alive");
    client.child.stdin!.write("you\n");
    expect(await client.reached("answer")).toMatchObject({ value: expect.stringMatching(/you/) });
    const named = await place.cleanup("-xf", "--job", job);
    expect(named).toMatchObject({ code: 0, failed: [] });
    expect(existsSync(directory)).toBe(false);
    expect(isAlive(told!.pid)).toBe(false);
    expect(isAlive(client.child.pid!)).toBe(true);
  });

  it("goes on where a removal was interrupted, since whose it is goes last", async () => {
    const directory = leave(join(place.temporary, `faast-${JOB}`), { tags: tags(JOB), ...gone });
    rmSync(directory, { recursive: true });
    const { deleted } = await place.cleanup("-xf");
    expect(deleted).toMatchObject([{ id: directory, job: JOB }]);
    expect(place.names()).toEqual([]);
  });

  it("removes links, not what they lead to", async () => {
    const elsewhere = join(place.scratch, "elsewhere");
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, "file"), "precious");
    const directory = leave(join(place.temporary, `faast-${JOB}`), { tags: tags(JOB), ...gone });
    symlinkSync(elsewhere, join(directory, "code", "node_modules"));
    await place.cleanup("-xf");
    expect(existsSync(directory)).toBe(false);
    expect(readFileSync(join(elsewhere, "file"), "utf8")).toBe("precious");
  });

  it("goes by the age of a lease where the owner's process cannot be seen", async () => {
    const directory = leave(join(place.temporary, `faast-${JOB}`), {
      tags: tags(JOB),
      ...gone,
      host: "elsewhere",
    });
    expect((await place.cleanup("-xf")).deleted).toEqual([]);
    const old = new Date(Date.now() - 1.1 * DAY);
    lutimesSync(`${directory}.owner`, old, old);
    expect((await place.cleanup("-xf")).deleted).toHaveLength(1);
  });

  onLinux(
    "knows an owner that is the first process of its container, and kills none such",
    async () => {
      const stat = readFileSync("/proc/1/stat", "latin1");
      const start = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
      const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
      const namespace = readlinkSync("/proc/self/ns/pid");
      const first = { ...gone, boot, namespace, pid: 1, start };
      const directory = leave(join(place.temporary, `faast-${JOB}`), { tags: tags(JOB), ...first });
      const old = new Date(Date.now() - 1.1 * DAY);
      lutimesSync(`${directory}.owner`, old, old);
      writeFileSync(join(directory, "processes"), `+${JSON.stringify(first)}\n`);
      const { deletions, kept } = await place.cleanup();
      expect(deletions).toEqual([]);
      expect(kept).toMatchObject([{ kind: "directory", why: "its owner is alive" }]);
    },
  );

  onLinux("does not take an owner for gone where the system shows no processes", async () => {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const namespace = readlinkSync("/proc/self/ns/pid");
    const owner = { tags: tags(JOB), ...gone, boot, namespace, pid: process.pid };
    leave(join(place.temporary, `faast-${JOB}`), owner);
    const program = fileURLToPath(new URL("./fixtures/without-proc.mjs", import.meta.url));
    const { env } = place;
    const { stdout } = await promisify(execFile)(process.execPath, [program, JOB], { env });
    expect(JSON.parse(stdout)).toEqual({ expires: expect.any(String) });
  });

  onLinux("kills no process that has the id of one that ended", async () => {
    const bystander = place.run("ls", "local").child; // any process will do
    process.kill(bystander.pid!, "SIGSTOP");
    const stat = readFileSync(`/proc/${bystander.pid}/stat`, "latin1");
    const start = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
    const directory = leave(join(place.temporary, `faast-${JOB}`), { tags: tags(JOB), ...gone });
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const namespace = readlinkSync("/proc/self/ns/pid");
    const another = { ...gone, boot, namespace, pid: bystander.pid, start: start - 1 };
    writeFileSync(join(directory, "processes"), `+${JSON.stringify(another)}\n`);
    expect((await place.cleanup("-xf")).deleted.map(({ kind }) => kind)).toEqual(["directory"]);
    expect(isAlive(bystander.pid!)).toBe(true);
    process.kill(bystander.pid!, "SIGCONT");
  });

  it("does not touch what has such names or similar tags, but not ours", async () => {
    const decoys = plantDecoys(place);
    const before = place.names();
    const { code, deleted } = await place.cleanup("-xf");
    expect({ code, deleted }).toEqual({ code: 0, deleted: [] });
    const job = "22222222-2222-4333-8444-555555555555";
    expect((await place.cleanup("-xf", "--job", job)).deleted).toEqual([]);
    expect(place.names()).toEqual(before);
    expect(decoys.filter((path) => !existsSync(path))).toEqual([]);
  });

  it("takes cached dependencies that nobody has used for a week, and no others", async () => {
    const root = join(place.cache, "faast", "dependencies");
    const entry = (name: string, mark: object | undefined, days: number, pins: object[] = []) => {
      const path = join(root, name);
      mkdirSync(join(path, "pins"), { recursive: true });
      mkdirSync(join(path, "node_modules"));
      if (mark !== undefined) writeFileSync(join(path, "entry.json"), JSON.stringify(mark));
      pins.forEach((pin, i) => writeFileSync(join(path, "pins", `${i}`), JSON.stringify(pin)));
      const time = new Date(Date.now() - days * DAY);
      utimesSync(path, time, time);
      return path;
    };
    const mark = (key: string) => ({
      tags: { "faast:cache": key, "faast:created": new Date(Date.now() - 30 * DAY).toISOString() },
      ...gone,
    });
    const names = ["a", "b", "c", "d", "e", "f"].map((digit) => digit.repeat(64));
    const [unused, recent, used, pinnedByDead, foreign] = names as [
      string,
      string,
      string,
      string,
      string,
    ];
    const client = place.start("live");
    const { logUrl } = (await client.reached("deployed"))!;
    const owner = JSON.parse(readlinkSync(`${directoryOf(logUrl).replace(/[/]$/, "")}.owner`));
    entry(unused, mark(unused), 8);
    entry(recent, mark(recent), 1);
    entry(used, mark(used), 8, [gone, owner]);
    entry(pinnedByDead, mark(pinnedByDead), 8, [gone]);
    entry(foreign, undefined, 8);
    const unfinished = entry("staging-999999999-x", mark(KEY), 0);
    const { deleted, failed } = await place.cleanup("-xf");
    expect(failed).toEqual([]);
    expect(deleted.map(({ id }) => id).sort()).toEqual(
      [join(root, unused), join(root, pinnedByDead), unfinished].sort(),
    );
    for (const name of [recent, used, foreign]) expect(existsSync(join(root, name))).toBe(true);
  });
});

describe("faast()", () => {
  onLinux("that fails leaves its directory to the watchdog if it cannot remove it", async () => {
    const program = fileURLToPath(new URL("./fixtures/failing-removal.mjs", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [program], { env: place.env });
    expect(stdout).toBe("failed 1\n");
    expect(place.names().filter((name) => name.startsWith("faast-"))).toEqual([]);
  });

  it("collects leftovers beside its calls, once an hour", async () => {
    const directory = leave(join(place.temporary, `faast-${JOB}`), { tags: tags(JOB), ...gone });
    const first = place.start("live", { gc: "auto" });
    await first.reached("deployed");
    await eventually(() => !existsSync(directory), "the leftover is collected");
    // A collection that is given up before its end does not count.
    await new Promise((resolve) => setTimeout(resolve, 500));
    first.child.stdin!.end("end\n");
    await first.ended;
    leave(join(place.temporary, `faast-${JOB}`), { tags: tags(JOB), ...gone });
    const second = place.start("live", { gc: "auto" });
    await second.reached("deployed");
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(existsSync(directory)).toBe(true);
    const third = place.start("cleanup", { gc: "force" });
    await third.reached("cleaned");
    expect(existsSync(directory)).toBe(false); // cleanup() has waited for it
  });

  it("keeps leftovers for as long as it is told", async () => {
    const directory = leave(join(place.temporary, `faast-${JOB}`), { tags: tags(JOB), ...gone });
    await place.start("cleanup", { gc: "force", retentionInDays: 3 }).reached("cleaned");
    expect(existsSync(directory)).toBe(true);
    await place.start("cleanup", { gc: "force", retentionInDays: 0 }).reached("cleaned");
    expect(existsSync(directory)).toBe(false);
  });
});

it("faast doctor local says what this machine has", async () => {
  const { code, out } = await place.run("doctor", "local", "--json").ended;
  const { ok, checks } = JSON.parse(out);
  expect({ code, ok }).toEqual({ code: 0, ok: true });
  expect(checks.map(({ name }: { name: string }) => name)).toEqual(
    expect.arrayContaining(["Node", "cores", "memory", "temporary directory", "cache directory"]),
  );
  // npm may have left a cache of its own.
  expect(place.names().filter((name) => /faast|doctor/.test(name))).toEqual([]);
  expect(readdirSync(place.cache)).toEqual([]);
});

it("a temporary directory that is not there is what faast doctor finds, and has no leftovers", async () => {
  rmSync(place.temporary, { recursive: true });
  const doctor = await place.run("doctor", "local", "--json").ended;
  expect(doctor.code).toBe(1);
  expect(JSON.parse(doctor.out).checks).toContainEqual(
    expect.objectContaining({
      name: "temporary directory",
      status: "failure",
      found: expect.stringContaining("ENOENT"),
      advice: expect.stringContaining("TMPDIR"),
    }),
  );
  const list = await place.run("ls", "local", "--json").ended;
  expect(list.code).toBe(0);
  expect(JSON.parse(list.out).jobs).toEqual([]);
});

it("what faast doctor local asks for is given up with it, and not taken for missing", async () => {
  const examining = provider.preflight!(
    { concurrency: 1, memorySize: 128 } as never,
    AbortSignal.abort(),
  );
  await expect(examining).rejects.toMatchObject({ name: "AbortError" });
});
