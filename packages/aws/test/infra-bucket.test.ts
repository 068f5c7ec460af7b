import { randomBytes } from "node:crypto";
import {
  createBucket,
  deleteBucket,
  deleteObject,
  getObject,
  putObject,
} from "../dist/infra/bucket.js";
import { createAwsClients, type AwsScope } from "../dist/infra/clients.js";
import { startProxy, type Intercept } from "./emulator-proxy.ts";
import { useEmulator } from "./emulator.ts";
import { expectNothingLeft } from "./leftovers.ts";

const emulator = useEmulator();
const bucket = `faast-bucket-${emulator.account}`;
let scope: AwsScope;

beforeAll(async () => {
  scope = { clients: await createAwsClients(emulator) };
  await createBucket(scope, { name: bucket, tags: { "faast:job": "1" } });
});
afterAll(() => scope.clients.destroy());

describe("a bucket", () => {
  it("may be created again, is tagged, in the region, and forgets objects after a day", async () => {
    await createBucket(scope, { name: bucket, tags: { "faast:job": "1" } });
    const s3 = await scope.clients.s3();
    expect((await s3.getBucketTagging({ Bucket: bucket })).TagSet).toEqual([
      { Key: "faast:job", Value: "1" },
    ]);
    const { LocationConstraint } = await s3.getBucketLocation({ Bucket: bucket });
    expect(LocationConstraint).toBe("us-west-2");
    const { Rules } = await s3.getBucketLifecycleConfiguration({ Bucket: bucket });
    expect(Rules).toMatchObject([{ Status: "Enabled", Expiration: { Days: 1 } }]);
  });

  it("is created where the region must not be named", async () => {
    const clients = await createAwsClients({ ...emulator, region: "us-east-1" });
    const name = `${bucket}-east`;
    await createBucket({ clients }, { name });
    await deleteBucket({ clients }, name);
    clients.destroy();
  });

  it.each(["us-west-2", "us-east-1"])(
    "that a function has made gets the tags and the expiry of the job, in %s",
    async (region) => {
      const clients = await createAwsClients({ ...emulator, region });
      const name = `${bucket}-bare-${region}`;
      const s3 = await clients.s3();
      const place = region === "us-east-1" ? {} : { LocationConstraint: region as "us-west-2" };
      await s3.createBucket({ Bucket: name, CreateBucketConfiguration: place });
      await createBucket({ clients }, { name, tags: { "faast:job": "1" } });
      const { TagSet } = await s3.getBucketTagging({ Bucket: name });
      expect(TagSet).toEqual([{ Key: "faast:job", Value: "1" }]);
      const { Rules } = await s3.getBucketLifecycleConfiguration({ Bucket: name });
      expect(Rules).toMatchObject([{ Expiration: { Days: 1 } }]);
      await deleteBucket({ clients }, name);
      clients.destroy();
    },
  );

  it("gives back every byte of an object, until it is deleted", async () => {
    const place = { bucket, key: "calls/1/result" };
    const bytes = randomBytes(8 * 2 ** 20);
    await putObject(scope, place, bytes);
    expect(bytes.equals(await getObject(scope, place))).toBe(true);
    await deleteObject(scope, place);
    await deleteObject(scope, place);
    await expect(getObject(scope, place)).rejects.toMatchObject({ awsCode: "NoSuchKey" });
  });

  it("is deleted with all that is in it, however often", async () => {
    const keys = Array.from({ length: 30 }, (_, index) => `calls/${index}`);
    await Promise.all(keys.map((key) => putObject(scope, { bucket, key }, Buffer.from(key))));
    await deleteBucket(scope, bucket);
    await deleteBucket(scope, bucket);
    await deleteObject(scope, { bucket, key: "calls/1" });
    await expectNothingLeft(emulator);
  });
});

it("a bucket whose objects may not be deleted stays, and its deletion says so", async () => {
  const refused: Intercept = (_, operation) =>
    operation === "s3:DeleteObjects"
      ? {
          status: 200, // S3 succeeds in saying that it did not do it
          headers: { "content-type": "application/xml" },
          body: "<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code><Message>Access Denied</Message></Error></DeleteResult>",
        }
      : undefined;
  const name = `${bucket}-locked`;
  await createBucket(scope, { name });
  await putObject(scope, { bucket: name, key: "a" }, new Uint8Array(1));
  const proxy = await startProxy(emulator.endpoint, refused);
  const { region, clientConfig } = emulator;
  const { endpoint } = proxy;
  const clients = await createAwsClients({ region, clientConfig: { ...clientConfig, endpoint } });
  try {
    await expect(deleteBucket({ clients }, name)).rejects.toThrow(
      'The permission "s3:DeleteObject" is missing',
    );
  } finally {
    clients.destroy();
    await proxy.stop();
    await deleteBucket(scope, name);
  }
});
