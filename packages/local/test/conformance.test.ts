import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { conformanceSuite, type ConformanceSubject } from "@faast/core/conformance";
import { provider } from "@faast/local";

/** The directories of the jobs that this process owns; other test files have processes of their own. */
async function leftovers(): Promise<string[]> {
  const directories = readdirSync(tmpdir()).filter((name) => name.startsWith("faast-"));
  return directories.filter((name) => ownerOf(join(tmpdir(), name, "job.json")) === process.pid);
}

function ownerOf(file: string): unknown {
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as { pid?: unknown }).pid;
  } catch {
    return undefined; // not ours, or being made or removed by someone else
  }
}

const subject: ConformanceSubject = {
  name: "local, in processes",
  provider,
  leftovers,
  failingDeployments: [
    {
      by: "a dependency that cannot be installed",
      options: { packageJson: { dependencies: { nothing: "file:./no-such-archive.tgz" } } },
      message: /could not be installed[^]*no-such-archive/,
    },
    {
      by: "a file to include that is not there",
      options: { include: ["no/such/*.file"] },
      message: /no\/such\/\*\.file/,
    },
  ],
};
const readLog = async (url: string) => readFileSync(fileURLToPath(url), "utf8");
const framework = { describe, it, beforeAll, afterAll };

conformanceSuite(framework, { ...subject, readLog });
conformanceSuite(framework, {
  ...subject,
  readLog,
  name: "local, in threads",
  options: { isolation: "thread" },
  cannot: ["own process"],
});
conformanceSuite(framework, {
  ...subject,
  name: "local, inline",
  options: { isolation: "inline" },
  cannot: ["isolation", "own process", "memory limit"],
});
