import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { IncomingMessage } from "node:http";
import { faastAws } from "@faast/aws";
import { checkCodeSize } from "../dist/code-size.js";
import { lookInto } from "./account.ts";
import { lambdaRefusal, startProxy } from "./emulator-proxy.ts";
import { useEmulator } from "./emulator.ts";
import * as funcs from "./fixtures/functions.ts";
import { expectNothingLeft } from "./leftovers.ts";
import { caught } from "./modes.ts";

const emulator = useEmulator();
Object.assign(process.env, emulator.env);
const MB = 1_048_576;

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "faast-code-size-"));
});
afterAll(() => rm(cwd, { recursive: true }));

describe("code of any size that Lambda takes", () => {
  const archive = (files: Record<string, number>) => ({
    files: Object.entries(files).map(([path, bytes]) => ({
      path,
      content: { byteLength: bytes } as Uint8Array,
      mode: 0o644,
    })),
    inputs: [
      { path: "../node_modules/pdf/a.js", bytes: 5 * MB },
      { path: "../node_modules/pdf/b.js", bytes: 3 * MB },
      { path: "../node_modules/.pnpm/@x+y@1/node_modules/@x/y/index.js", bytes: 4 * MB },
      { path: "src/functions.ts", bytes: 1000 },
    ].map((each) => ({ ...each, importedBy: [] })),
    modulePath: "functions.mjs",
  });

  it("is not refused", () => {
    expect(() => checkCodeSize(archive({ "functions.mjs": 250 * MB }))).not.toThrow();
  });

  it("and no more: the largest parts are named, packages as a whole", () => {
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`small-${i}`, 10 + i]));
    const tooLarge = archive({ "functions.mjs": 12 * MB, "model.bin": 240 * MB, ...many });
    expect(() => checkCodeSize(tooLarge)).toThrow(
      /has 252\.0 MB uncompressed, and Lambda takes 250\.0 MB\. The largest: model\.bin \(240\.0 MB\), the package pdf \(8\.0 MB\), the package @x\/y \(4\.0 MB\), src\/functions\.ts .* and 5 more\. Leave out/,
    );
  });

  it("is refused by faast() before anything is uploaded", async () => {
    await writeFile(join(cwd, "zeros.bin"), Buffer.alloc(250 * MB));
    const uploads: string[] = [];
    const proxy = await startProxy(emulator.endpoint, (request) => {
      if (isUpload(request)) uploads.push(request.url ?? "");
      return undefined;
    });
    const clientConfig = { ...emulator.clientConfig, endpoint: proxy.endpoint };
    const include = [{ path: "zeros.bin", cwd }];
    const error = await caught(faastAws(funcs, { include, clientConfig }));
    await proxy.stop();
    expect(error).toMatchObject({ code: "FAAST_CREATE_FUNCTION" });
    expect((error as Error).message).toContain("The largest: zeros.bin (250.0 MB)");
    expect(uploads).toEqual([]);
    await expectNothingLeft(emulator);
  }, 60_000);
});

describe("an archive that is too large for a request", () => {
  const include = () => [{ path: "noise.bin", cwd }];
  beforeAll(() => writeFile(join(cwd, "noise.bin"), randomBytes(50_000_001)));

  it("goes by the job's bucket, where it does not stay", async () => {
    {
      await using m = await faastAws(funcs, { include: include() });
      expect(await m.functions.hello("large")).toBe("hello large");
      const objects = await lookInto(emulator, async (clients) => {
        const s3 = await clients.s3();
        const { Buckets: [{ Name } = {}] = [] } = await s3.listBuckets({});
        expect(Name).toMatch(/^faast-/);
        const { TagSet = [] } = await s3.getBucketTagging({ Bucket: Name });
        expect(TagSet.map(({ Key }) => Key)).toContain("faast:job");
        return s3.listObjectsV2({ Bucket: Name });
      });
      expect(objects.KeyCount).toBe(0);
    }
    await expectNothingLeft(emulator);
  }, 120_000);

  it("goes with the bucket where the function cannot be made", async () => {
    const refusal = lambdaRefusal("CodeStorageExceededException", "no room for it");
    const proxy = await startProxy(emulator.endpoint, ({ method, url = "" }) =>
      method === "POST" && /\/functions\/?$/.test(url) ? refusal : undefined,
    );
    const clientConfig = { ...emulator.clientConfig, endpoint: proxy.endpoint };
    const error = await caught(faastAws(funcs, { include: include(), clientConfig }));
    await proxy.stop();
    expect((error as Error).message).toContain("the function could not be made");
    await expectNothingLeft(emulator);
  }, 120_000);
});

function isUpload({ method, url = "" }: IncomingMessage): boolean {
  return (method === "POST" && url.includes("/functions")) || (method === "PUT" && url.length > 1);
}
