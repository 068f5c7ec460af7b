import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { conformanceSuite } from "@faast/core/conformance";
import { provider } from "provider-template";

/** The folders that jobs have made: of the jobs of this file, by asking each deployment for its log. */
const folders: string[] = [];
const observed = {
  ...provider,
  deploy: async (...[spec, signal]: Parameters<typeof provider.deploy>) => {
    folders.push(join(tmpdir(), spec.job.name));
    return provider.deploy(spec, signal);
  },
};

conformanceSuite(
  { describe, it, beforeAll, afterAll },
  {
    name: "the template of a provider",
    provider: observed,
    leftovers: async () => folders.filter((folder) => existsSync(folder)),
    readLog: async (url) => readFileSync(fileURLToPath(url), "utf8"),
    failingDeployments: [
      {
        by: "a file to include that is not there",
        options: { include: ["no/such/*.file"] },
        message: /no\/such\/\*\.file/,
      },
    ],
  },
  (context) => {
    context.test("payloads say how they have travelled", [], async () => {
      const m = await context.start();
      const { route } = await m.functionsDetail.hello("there");
      await m.cleanup();
      expect(route).toEqual({ request: "inline", result: "inline" });
    });
    context.test("its own option is checked", [], async () => {
      await expect(context.start({ niceness: 50 })).rejects.toMatchObject({
        code: "FAAST_OPTIONS",
      });
    });
  },
);
