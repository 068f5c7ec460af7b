import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../dist/main.js", import.meta.url));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...process.env, FAAST_PROVIDER: "local" };
    execFile(process.execPath, [program, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe("the program", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "census-"));
    writeFileSync(join(folder, "a.md"), "Some words in a document.");
    writeFileSync(join(folder, "b.md"), "Some words in a document.");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("prints tables, and the comparison with the plain loop", async () => {
    const { code, stdout } = await run(folder, "--concurrency", "1");
    expect(stdout).toContain("2 files");
    expect(stdout).toContain("local, 1 worker");
    expect(stdout).toMatch(/times as fast as one process, with the same totals/);
    expect(stdout).not.toContain("\u001b");
    expect(code).toBe(0);
  });

  test("prints JSON for programs", async () => {
    const { code, stdout } = await run(folder, "--json");
    const report = JSON.parse(stdout);
    expect(report.totals).toMatchObject({ files: 2, copies: { files: 1, bytes: 25 } });
    expect(report.run).toMatchObject({ provider: "local", calls: { completed: 1, errors: 0 } });
    expect(report.comparison.differences).toEqual([]);
    expect(code).toBe(0);
  });

  test("leaves out the plain loop", async () => {
    const { stdout } = await run(folder, "--json", "--no-compare");
    expect(JSON.parse(stdout)).not.toHaveProperty("comparison");
  });

  test.each([
    [["--nonsense"], 2, "--nonsense"],
    [["--concurrency", "many"], 2, "whole number"],
    [["one", "two"], 2, "One folder"],
    [[join(tmpdir(), "no-such-folder-of-documents")], 1, "There is no folder"],
    [[program], 1, "is a file"],
  ])("refuses %j", async (args, expected, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
    expect(code).toBe(expected);
  });

  test("tells how it is used", async () => {
    const { code, stdout } = await run("--help");
    expect(stdout).toContain("Usage:");
    expect(code).toBe(0);
  });
});
