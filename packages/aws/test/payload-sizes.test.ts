import { faastAws } from "@faast/aws";
import { createAwsClients } from "../dist/infra/clients.js";
import { useEmulator } from "./emulator.ts";
import * as funcs from "./fixtures/functions.ts";
import { expectNothingLeft } from "./leftovers.ts";
import { modes } from "./modes.ts";

const emulator = useEmulator();
Object.assign(process.env, emulator.env);

/** Bytes around what messages, asynchronous invocations and direct ones carry, with base64 and without. */
const sizes = [
  190_000, 196_608, 200_000, 262_144, 300_000, 780_000, 786_432, 1_048_576, 4_650_000, 4_700_000,
  6_291_456,
];

it.each(modes)(
  "payloads of every size arrive, in %s",
  async (_name, options) => {
    {
      await using m = await faastAws(funcs, { ...options, maxRetries: 0 });
      for (const size of sizes) {
        const echoed = (await m.functions.echo(new Uint8Array(size).fill(1))) as Uint8Array;
        expect(echoed.byteLength).toBe(size);
      }
    }
    await expectNothingLeft(emulator);
  },
  60_000,
);

it.each(modes)(
  "what no message carries goes by a bucket, says so, and is deleted when it has arrived, in %s",
  async (_name, options) => {
    {
      await using m = await faastAws(funcs, { ...options, maxRetries: 0 });
      const large = new Uint8Array(6 << 20).fill(1);
      const routeOf = async (call: Promise<{ route?: unknown }>) => (await call).route;
      const { byteLength, echo, hello, largeItems } = m.functionsDetail;
      expect(await routeOf(hello("x"))).toEqual({ request: "inline", result: "inline" });
      expect(await routeOf(byteLength(large))).toEqual({ request: "stored", result: "inline" });
      expect(await routeOf(echo(large))).toEqual({ request: "stored", result: "stored" });
      const items = [];
      for await (const item of largeItems([1, large.byteLength, 1])) items.push(item);
      expect(items.map(({ route, logUrl }) => [route?.result, typeof logUrl])).toEqual([
        ["inline", "string"],
        ["stored", "string"],
        ["inline", "string"],
      ]);
      await expectEmptyBuckets();
    }
    await expectNothingLeft(emulator);
  },
);

// Each takes 15 seconds: npm run test:full.
const full = process.env.FAAST_TEST_FULL ? it : it.skip;
full.each(modes.slice(0, 2))(
  "a hundred megabytes arrive, there and back, in %s",
  async (_name, options) => {
    {
      await using m = await faastAws(funcs, { ...options, maxRetries: 0, timeout: 200 });
      const sent = new Uint8Array(100 << 20);
      for (let at = 0; at < sent.length; at += 4096) sent[at] = at / 4096;
      const { value, route } = await m.functionsDetail.echo(sent);
      expect(route).toEqual({ request: "stored", result: "stored" });
      expect(Buffer.compare(value as Uint8Array, sent)).toBe(0);
    }
    await expectNothingLeft(emulator);
  },
  240_000,
);

/** There is a bucket, in which nothing is left, and nothing would be for longer than a day. */
async function expectEmptyBuckets(): Promise<void> {
  const clients = await createAwsClients(emulator);
  const s3 = await clients.s3();
  const { Buckets = [] } = await s3.listBuckets({});
  expect(Buckets).toHaveLength(1);
  const Bucket = Buckets[0]?.Name ?? "";
  // Deleting is not waited for.
  while ((await s3.listObjectsV2({ Bucket })).KeyCount !== 0);
  const { Rules } = await s3.getBucketLifecycleConfiguration({ Bucket });
  expect(Rules).toMatchObject([{ Status: "Enabled", Expiration: { Days: 1 } }]);
  clients.destroy();
}
