import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { conformanceSuite, type ConformanceSubject } from "@faast/core/conformance";
import { provider } from "@faast/local";

/** The owner files of the jobs of this process; other test files have processes of their own. */
async function leftovers(): Promise<string[]> {
  const names = readdirSync(tmpdir()).filter((name) => /^faast-.*\.owner$/.test(name));
  return names.filter((name) => ownerOf(join(tmpdir(), name)) === process.pid);
}

function ownerOf(file: string): unknown {
  try {
    return (JSON.parse(readlinkSync(file)) as { pid?: unknown }).pid;
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
