import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faastCommand, type Ended } from "./command-line.ts";

const HOUR = 3_600_000;
const DEAD = "11111111-2222-4333-8444-555555555555";
const ALIVE = "99999999-2222-4333-8444-555555555555";
const ago = (hours: number) => new Date(Date.now() - hours * HOUR).toISOString();
const tags = (job: string, age: number) => ({
  "faast:job": job,
  "faast:owner": "ada@lab",
  "faast:created": ago(age),
});

const shelf = [
  {
    kind: "topic",
    id: "topic",
    tags: tags(DEAD, 50),
    expires: ago(30),
    size: 2000,
    monthlyCost: 0.25,
  },
  {
    kind: "subscription",
    id: "subscription",
    tags: tags(DEAD, 50),
    expires: ago(30),
    dependsOn: [{ kind: "topic", id: "topic" }],
  },
  { kind: "function", id: "function", tags: tags(ALIVE, 500), expires: ago(-1) },
  { kind: "queue", id: "queue", tags: tags(ALIVE, 500), expires: ago(400) },
  { kind: "queue", id: `faast-${DEAD}`, tags: { Name: "not ours" } },
  { kind: "queue", id: "far away", region: "moon", tags: tags(DEAD, 1), expires: ago(0.5) },
];

const scratch = mkdtempSync(join(tmpdir(), "cli-test-"));
const file = join(scratch, "shelf.json");
const remaining = () =>
  (JSON.parse(readFileSync(file, "utf8")) as { id: string }[]).map(({ id }) => id);
const run = (...args: string[]) => faastCommand(args, { SHELF: file });
const cleanup = (...args: string[]) => run("cleanup", "./shelf-provider.mjs", ...args);
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each test says what it expects
const json = ({ stdout }: Ended) => JSON.parse(stdout) as Record<string, any>;
const ids = (list: { id: string }[]) => list.map(({ id }) => id);

beforeEach(() => writeFileSync(file, JSON.stringify(shelf)));
afterAll(() => rmSync(scratch, { recursive: true }));

describe("faast cleanup", () => {
  it("says what it would delete, in which order and why, and deletes nothing", async () => {
    const { code, stdout } = await cleanup();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^JOB .*KIND .*ID .*AGE .*SIZE .*USD\/MONTH .*WHY$/m);
    expect(stdout).toMatch(/subscription[^]* topic .*2d.*2.0 kB.*0\.2500.*its lease ended at/);
    expect(stdout).toMatch(/2 resources to delete/);
    expect(stdout).toMatch(/1 resource stays: it does not bear our tags/);
    expect(stdout).toMatch(/dry run.*--execute/);
    expect(stdout).not.toContain("\u001b");
    expect(remaining()).toHaveLength(shelf.length);
  });

  it("tells programs the same", async () => {
    const told = json(await cleanup("--json"));
    expect(told).toMatchObject({ provider: "shelf", scope: "here", dryRun: true });
    expect(ids(told.deletions)).toEqual(["subscription", "topic"]);
    expect(told.deletions[1]).toMatchObject({ job: DEAD, owner: "ada@lab", monthlyCost: 0.25 });
    expect(ids(told.kept).sort()).toEqual([`faast-${DEAD}`, "function", "queue"]);
    expect(told).not.toHaveProperty("deleted");
  });

  it("does not delete where nobody can be asked", async () => {
    const { code, stderr } = await cleanup("--execute");
    expect(code).toBe(2);
    expect(stderr).toMatch(/no terminal.*--force.*Nothing was deleted/);
    expect(remaining()).toHaveLength(shelf.length);
  });

  it("with --force asks nothing, and deletes no more than it said", async () => {
    const told = json(await cleanup("--execute", "--force", "--json"));
    expect(ids(told.deleted)).toEqual(["subscription", "topic"]);
    expect(remaining()).toEqual(["function", "queue", `faast-${DEAD}`, "far away"]);
    const again = await cleanup("-xf");
    expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/nothing to delete/) });
  });

  it("shows the plan before it asks, also where a program reads its output", async () => {
    // A terminal on which nobody answers.
    const script = "process.stdin.isTTY = process.stderr.isTTY = true";
    const ended = await faastCommand(["cleanup", "./shelf-provider.mjs", "-x", "--json"], {
      SHELF: file,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}`,
    });
    expect(ended.stderr).toMatch(/subscription[^]*2 resources to delete[^]*Delete 2 resources\?/);
    expect(ended.code).toBe(3);
    expect(json(ended)).toMatchObject({ dryRun: true, deletions: [{}, {}] });
    expect(remaining()).toHaveLength(shelf.length);
  });

  it("deletes all that it said, though nobody reads its output any more", async () => {
    writeFileSync(file, JSON.stringify([{ ...shelf[0], id: "stuck topic" }, shelf[1]]));
    const { code } = await faastCommand(
      ["cleanup", "./shelf-provider.mjs", "-xf"],
      { SHELF: file },
      {
        onStart: ({ stdout, stderr }) => [stdout, stderr].forEach((each) => each?.destroy()),
      },
    );
    expect(code).toBe(1);
    expect(remaining()).toEqual(["stuck topic"]);
  });

  it("with --force alone is a dry run all the same, and says so", async () => {
    const { code, stderr } = await cleanup("--force");
    expect(code).toBe(0);
    expect(stderr).toMatch(/--force has no effect without --execute/);
    expect(remaining()).toHaveLength(shelf.length);
  });

  it("exits with 1 when something could not be deleted, and says what", async () => {
    writeFileSync(file, JSON.stringify([{ ...shelf[0], id: "stuck topic" }, shelf[1]]));
    const { code, stdout } = await cleanup("-xf");
    expect(code).toBe(1);
    expect(stdout).toMatch(/1 resource deleted/);
    expect(stdout).toMatch(/Failed after 1 attempt: the topic stuck topic: access denied/);
  });

  it("with --job takes that job alone, after saying that it is alive", async () => {
    const dry = await cleanup("--job", `faast-${ALIVE}`);
    expect(dry.stderr).toMatch(new RegExp(`${ALIVE} is alive: ada@lab holds its lease`));
    expect(remaining()).toHaveLength(shelf.length);
    const { code, stderr } = await cleanup("--job", ALIVE, "-xf");
    expect(code).toBe(0);
    expect(stderr).toMatch(/is alive/);
    expect(remaining()).toEqual(["topic", "subscription", `faast-${DEAD}`, "far away"]);
  });

  it("with --job says so if there is nothing of that job", async () => {
    const { code, stderr } = await cleanup("--job", DEAD.replace("1", "0"), "-xf");
    expect(stderr).toMatch(/nothing of a job 01111111-.*faast ls/);
    expect(code).toBe(0);
    expect((await cleanup("--job", DEAD)).stderr).toBe("");
  });

  it("spares what is younger than --older-than", async () => {
    expect(json(await cleanup("--older-than", "3d", "--json")).deletions).toEqual([]);
    expect(json(await cleanup("--older-than", "2d", "--json")).deletions).toHaveLength(2);
  });

  it("with --caches takes what is kept for jobs to come, too", async () => {
    const { "faast:job": _, ...rest } = tags(DEAD, 50);
    const layer = { kind: "layer", id: "layer", tags: { ...rest, "faast:cache": "l" } };
    writeFileSync(file, JSON.stringify([...shelf, layer, { ...layer, id: "role", shared: true }]));
    expect(json(await cleanup("--json")).deletions).toHaveLength(2);
    const { deletions } = json(await cleanup("--caches", "--json"));
    expect(ids(deletions).sort()).toEqual(["layer", "role", "subscription", "topic"]);
    const { caches } = json(await run("ls", "./shelf-provider.mjs", "--caches", "--json"));
    expect(ids(caches)).toEqual(["layer", "role"]);
    await cleanup("--caches", "-xf");
    expect(remaining()).not.toContain("role");
  });

  it("looks in another region, and in all of them", async () => {
    expect(ids(json(await cleanup("-r", "moon", "--json")).deletions)).toEqual(["far away"]);
    expect(json(await cleanup("--all-regions", "--json")).deletions).toHaveLength(3);
  });

  it.each<[string[], RegExp]>([
    [["--job", "nightly"], /--job must be the id of a job/],
    [["--older-than", "soon"], /--older-than must be a number and a unit/],
    [["--older-than", "1d", "--job", ALIVE], /contradict/],
    [["--region", "moon", "--all-regions"], /contradict/],
    [["--caches", "--job", ALIVE], /contradict/],
    [["--exectue"], /--exectue is unknown. Did you mean "execute"/],
    [["too", "much"], /takes one <provider>/],
    [["--job"], /job/],
  ])("refuses %j with 2", async (args, message) => {
    const { code, stderr } = await cleanup(...args);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(remaining()).toHaveLength(shelf.length);
  });
});

describe("faast ls", () => {
  it("lists jobs with their resources, owners and states", async () => {
    const { code, stdout } = await run("ls", "./shelf-provider.mjs");
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${ALIVE} +alive +21d +ada@lab`, "m"));
    expect(stdout).toMatch(new RegExp(`^${DEAD} +dead +2d +ada@lab +2.0 kB +0.2500`, "m"));
    expect(stdout).toMatch(/^ {2}topic topic/m);
    expect(stdout).toMatch(/^2 jobs, about 0.2500 USD a month\./m);
    expect(stdout).toMatch(/^1 more with such a name, but without our tags/m);
  });

  it("tells programs the same", async () => {
    const told = json(await run("ls", "./shelf-provider.mjs", "--json"));
    expect(told.jobs).toMatchObject([
      { job: ALIVE, state: "alive", owner: "ada@lab", resources: [{}, {}] },
      { job: DEAD, state: "dead", monthlyCost: 0.25 },
    ]);
    expect(told.foreign).toEqual([{ kind: "queue", id: `faast-${DEAD}` }]);
  });
});

it("lists more resources than a call takes arguments", async () => {
  const all = Array.from({ length: 130_000 }, (_, i) => ({ ...shelf[0], id: `t${i}` }));
  writeFileSync(file, JSON.stringify(all));
  const listed = await run("ls", "./shelf-provider.mjs");
  expect(listed).toMatchObject({ code: 0, stdout: expect.stringContaining("1 job,") });
});

describe("faast doctor", () => {
  it("passes with a warning, and fails with a failure", async () => {
    const fine = await run("doctor", "./shelf-provider.mjs");
    expect(fine.code).toBe(0);
    expect(fine.stdout).toMatch(/^ok +account +123$/m);
    expect(fine.stdout).toMatch(/^warning +region +here\n +crowded$/m);
    const failing = await run("doctor", "./shelf-provider.mjs", "--region", "mars", "--json");
    expect(failing.code).toBe(1);
    expect(json(failing)).toMatchObject({ ok: false, checks: [{}, { status: "failure" }] });
  });

  it("exits with 130 when it is interrupted, whatever it has found", async () => {
    expect((await run("doctor", "./shelf-provider.mjs", "--region", "pluto")).code).toBe(130);
  });
});

describe("faast policy", () => {
  it("prints the documents of the provider, or one of them", async () => {
    const all = await run("policy", "./shelf-provider.mjs");
    expect(json(all)).toEqual({ Version: "1" });
    expect(all.stderr).toMatch(/deploy: For whoever runs jobs/);
    const list = await run("policy", "./shelf-provider.mjs", "--json");
    expect(JSON.parse(list.stdout)).toEqual([expect.objectContaining({ name: "deploy" })]);
    expect(json(await run("policy", "./shelf-provider.mjs", "--name", "deploy"))).toEqual({
      Version: "1",
    });
    expect(await run("policy", "./shelf-provider.mjs", "--name", "x")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("There are: deploy"),
    });
  });
});

describe("faast bundle", () => {
  it("shows what goes into the archive, and by which way", async () => {
    const told = json(await run("bundle", "../functions.ts", "--json"));
    expect(told.archiveBytes).toBeGreaterThan(100);
    expect(ids(told.files.map(({ path }: { path: string }) => ({ id: path })))).toEqual(
      expect.arrayContaining([expect.stringMatching(/functions\.mjs$/)]),
    );
    expect(told.inputs[0]).toMatchObject({
      path: expect.stringMatching(/functions\.ts$/),
      importedBy: [],
    });
    const { stdout } = await run("bundle", "../functions.ts");
    expect(stdout).toMatch(/as an archive/);
    expect(stdout).toMatch(/functions\.ts +the module itself/);
  });

  it("exits with 1 where there is no such module", async () => {
    const { code, stderr } = await run("bundle", "no-such-module.ts");
    expect(code).toBe(1);
    expect(stderr).toMatch(/no-such-module\.ts/);
  });
});

describe("faast", () => {
  it("says how it is used", async () => {
    const { code, stdout } = await run("--help");
    expect(code).toBe(0);
    for (const name of ["cleanup", "ls", "doctor", "bundle", "policy"]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${name} <`, "m"));
      const help = await run(name, "--help");
      expect(help.code).toBe(0);
      expect(help.stdout).toMatch(/Options:[^]*--json[^]*Examples:\n {2}faast /);
    }
  });

  it("helps with a command, asked either way", async () => {
    const { code, stdout } = await run("help", "ls");
    expect(code).toBe(0);
    expect(stdout).toBe((await run("ls", "--help")).stdout);
  });

  it("tells its version", async () => {
    expect((await run("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  const full = "/dev/full"; // Linux: a file on a disk that has no room left
  const itOnLinux = existsSync(full) ? it : it.skip;
  itOnLinux("exits with 1 when what it tells cannot be written", async () => {
    const disk = openSync(full, "w");
    try {
      const { code, stderr } = await faastCommand(
        ["ls", "./shelf-provider.mjs", "--json"],
        { SHELF: file },
        { stdout: disk },
      );
      expect(stderr).toMatch(/could not be written to stdout: ENOSPC/);
      expect(code).toBe(1);
    } finally {
      closeSync(disk);
    }
  });

  it.each<[string[], number, RegExp]>([
    [[], 2, /Commands:/],
    [["clean", "local"], 2, /no command "clean". Did you mean "cleanup"/],
    [["help", "clean"], 2, /no command "clean". Did you mean "cleanup"/],
    [["bundle", "x.ts", "--top="], 2, /--top must be a whole number/],
    [["cleanup"], 2, /needs a <provider>/],
    [["cleanup", "no-such-cloud"], 1, /npm install no-such-cloud/],
    [["cleanup", "./no-such-file.mjs"], 1, /path of a module that cannot be found(?![^]*npm)/],
    [["cleanup", "foo bar"], 1, /nor the name of a package(?![^]*npm)/],
    [["cleanup", "@x"], 1, /nor the name of a package(?![^]*npm)/],
    [["cleanup", "./plain-provider.mjs"], 1, /"plain" has no collector/],
    [["cleanup", "./plain-provider.mjs", "--region", "x"], 2, /has no regions/],
    [["doctor", "./plain-provider.mjs"], 1, /no preflight\(\)/],
    [["policy", "./plain-provider.mjs"], 1, /no policies\(\)/],
  ])("%j exits with %d and says why", async (args, code, message) => {
    const ended = await run(...args);
    expect(ended.stderr).toMatch(message);
    expect(ended.stdout).toBe("");
    expect(ended.code).toBe(code);
  });
});
