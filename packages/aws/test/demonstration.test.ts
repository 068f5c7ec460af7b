import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { useEmulator } from "./emulator.ts";
import { expectNothingLeft } from "./leftovers.ts";

const emulator = useEmulator();
const program = fileURLToPath(
  new URL("../../../examples/document-census/dist/main.js", import.meta.url),
);
const documents = fileURLToPath(new URL("../../bundler/src", import.meta.url));

/** What the program prints of a folder, and where it ran. */
async function census(provider: string) {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [program, documents, "--json", "--no-compare"],
    { env: { ...process.env, ...emulator.env, FAAST_PROVIDER: provider } },
  );
  return JSON.parse(stdout) as { totals: object; run: { provider: string } };
}

it("the census of documents has the same totals on AWS as on this machine", async () => {
  const [local, aws] = [await census("local"), await census("aws")];
  expect([local.run.provider, aws.run.provider]).toEqual(["local", "aws"]);
  expect(local.totals).toMatchObject({ files: expect.any(Number) });
  expect(aws.totals).toEqual(local.totals);
  await expectNothingLeft(emulator);
});
