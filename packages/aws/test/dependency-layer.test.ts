import type { IncomingMessage } from "node:http";
import { FaastCancelledError, FaastCreateFunctionError, FaastOptionsError } from "@faast/core";
import { faastAws, type AwsOptions } from "@faast/aws";
import { createAwsClients, type AwsClients } from "../dist/infra/clients.js";
import { markerOf, markerText } from "../dist/infra/layer-marker.js";
import { DependencyProject, layersIn } from "./dependency-project.ts";
import { startProxy } from "./emulator-proxy.ts";
import { zipOf } from "./emulator-zip.ts";
import { useEmulator, type Emulator } from "./emulator.ts";
import { expectNothingLeft } from "./leftovers.ts";
import { caught, modes, until } from "./modes.ts";

const module = new URL("./fixtures/uses-dependency.mjs", import.meta.url);

/** An account of its own for each test: layers stay from job to job. */
let emulator: Emulator;
let clients: AwsClients;
let project: DependencyProject;

beforeEach(async () => {
  emulator = useEmulator();
  Object.assign(process.env, emulator.env);
  clients = await createAwsClients(emulator);
  project = await DependencyProject.create();
});
afterEach(async () => {
  clients.destroy();
  await project.remove();
});

const isCreation = ({ method, url = "" }: IncomingMessage) =>
  method === "POST" && /^\/2015-03-31\/functions\/?$/.test(url);

/** Runs one job. Gives the version of the dependency, and how many functions were created. */
async function run(options: AwsOptions): Promise<{ version: unknown; functions: number }> {
  let functions = 0;
  const proxy = await startProxy(emulator.endpoint, (request) => {
    if (isCreation(request)) functions++;
    return undefined;
  });
  const clientConfig = { ...emulator.clientConfig, endpoint: proxy.endpoint };
  try {
    await using m = await faastAws(module, { clientConfig, ...options });
    return { version: await m.functions.imported!(), functions };
  } finally {
    await proxy.stop();
  }
}

async function descriptions(name: string): Promise<string[]> {
  const { LayerVersions = [] } = await (
    await clients.lambda()
  ).listLayerVersions({
    LayerName: name,
  });
  return LayerVersions.map(({ Description = "" }) => Description);
}

describe("the dependencies of `packageJson`", () => {
  it.each(modes)("are found by `import` and by `require`, in %s", async (_name, mode) => {
    const packageJson = await project.write();
    {
      await using m = await faastAws(module, { packageJson, ...mode });
      expect(await m.functions.imported!()).toBe("1.1.0");
      expect(await m.functions.importedLate!()).toBe("1.1.0");
      expect(await m.functions.required!()).toBe("1.1.0");
    }
    expect(project.registry.requests).toContain("/a-dependency");
    await expectNothingLeft(emulator);
  });

  it("are found by a module that runs in the handler's process", async () => {
    const { version } = await run({ packageJson: await project.write(), childProcess: false });
    expect(version).toBe("1.1.0");
  });

  it("have the versions of the lockfile", async () => {
    const { version } = await run({ packageJson: await project.write({ locked: "1.0.0" }) });
    expect(version).toBe("1.0.0");
  });

  it("come with the `.npmrc`, into which this program's environment is put", async () => {
    const authority = project.registry.url.replace("http:", "");
    const npmrc = `${authority}/:_authToken=\${LAYER_TEST_TOKEN}`;
    const packageJson = await project.write({ npmrc });
    process.env.LAYER_TEST_TOKEN = "a-secret-token";
    expect((await run({ packageJson })).version).toBe("1.1.0");
    expect(project.registry.authorizations).toContain("Bearer a-secret-token");
    // A new token fetches the same packages.
    process.env.LAYER_TEST_TOKEN = "another-token";
    expect(await run({ packageJson })).toEqual({ version: "1.1.0", functions: 1 });
    delete process.env.LAYER_TEST_TOKEN;
  });

  it("need no function of their own when an earlier job has left them", async () => {
    const packageJson = await project.write();
    expect(await run({ packageJson })).toEqual({ version: "1.1.0", functions: 2 });
    const [layer = "", ...others] = await layersIn(emulator);
    expect(others).toEqual([]);
    expect(layer).toMatch(/^faast-[\da-f]{40}:1$/);
    const asked = project.registry.requests.length;
    expect(await run({ packageJson })).toEqual({ version: "1.1.0", functions: 1 });
    expect(project.registry.requests).toHaveLength(asked);
    expect(await layersIn(emulator)).toEqual([layer]);
  });

  it("have another layer for another lockfile, runtime or processor", async () => {
    const one: AwsOptions = { runtime: "nodejs22.x", architecture: "arm64" };
    await run({ ...one, packageJson: await project.write() });
    await run({ ...one, packageJson: await project.write(), runtime: "nodejs24.x" });
    await run({ ...one, packageJson: await project.write(), architecture: "x86_64" });
    await run({ ...one, packageJson: await project.write({ locked: "1.1.0" }) });
    expect(await layersIn(emulator)).toHaveLength(4);
  });

  it("are installed again when a layer without a lockfile is a day old", async () => {
    const packageJson = await project.write();
    await run({ packageJson });
    const [name = ""] = (await layersIn(emulator))[0]?.split(":") ?? [];
    const marker = markerOf((await descriptions(name))[0] ?? "");
    const [job, now] = [marker?.job ?? "", Date.now()];
    expect(Number(marker?.expiresAt) - Number(marker?.createdAt)).toBe(2 * 86_400_000);
    const lambda = await clients.lambda();
    await lambda.deleteLayerVersion({ LayerName: name, VersionNumber: 1 });
    await lambda.publishLayerVersion({
      LayerName: name,
      Description: markerText({
        job,
        createdAt: new Date(now - 86_400_001),
        expiresAt: new Date(now + 86_400_000),
      }),
      Content: { ZipFile: zipOf("nodejs/stale.js", "") },
    });
    expect(await run({ packageJson })).toEqual({ version: "1.1.0", functions: 2 });
    expect(await descriptions(name)).toHaveLength(2);
  });

  it("go with `deleteCaches`, but never a layer that does not bear our marker", async () => {
    const packageJson = await project.write();
    await run({ packageJson });
    const [name = ""] = (await layersIn(emulator))[0]?.split(":") ?? [];
    const lambda = await clients.lambda();
    await lambda.publishLayerVersion({
      LayerName: name,
      Description: "somebody else's",
      Content: { ZipFile: zipOf("nodejs/foreign.js", "") },
    });
    const m = await faastAws(module, { packageJson });
    expect(await m.functions.imported!()).toBe("1.1.0");
    await m.cleanup({ deleteCaches: true });
    expect(await layersIn(emulator)).toEqual([`${name}:2`]);
    await expectNothingLeft(emulator);
  });

  it("belong to the job alone without caching", async () => {
    const packageJson = await project.write();
    const m = await faastAws(module, { packageJson, useDependencyCaching: false });
    expect(await m.functions.imported!()).toBe("1.1.0");
    const [layer = ""] = await layersIn(emulator);
    expect(layer).toMatch(/^faast-[\da-f]{8}-[\da-f-]{27}:1$/);
    await m.cleanup();
    expect(await layersIn(emulator)).toEqual([]);
    await expectNothingLeft(emulator);
  });

  it("need nothing where there are none", async () => {
    const hello = new URL("./fixtures/functions.ts", import.meta.url);
    await using m = await faastAws(hello, { packageJson: { dependencies: {} } });
    expect(await m.functions.hello!("you")).toBe("hello you");
    expect(await layersIn(emulator)).toEqual([]);
  });
});

describe("dependencies that cannot be installed", () => {
  it("fail faast() with what npm said, less secrets, and leave nothing", async () => {
    const packageJson = await project.write({
      // npm names what it does not find: so the secret is in its output.
      dependencies: { "a-dependency": "^1.0.0", "no-such-a-secret-token": "^1.0.0" },
      npmrc: "//127.0.0.1/:_authToken=a-secret-token",
    });
    const error = (await caught(run({ packageJson }))) as Error;
    expect(error).toBeInstanceOf(FaastCreateFunctionError);
    expect(error.message).toMatch(
      /could not be installed in Lambda \(npm install [^]*404[^]*no-such-\*\*\*/,
    );
    expect(error.message).not.toContain("a-secret-token");
    expect(await layersIn(emulator)).toEqual([]);
    await expectNothingLeft(emulator);
  });

  it("fail faast() where Lambda refuses the layer, and leave nothing", async () => {
    const packageJson = await project.write();
    const proxy = await startProxy(emulator.endpoint, ({ method, url = "" }) =>
      method === "POST" && url.includes("/layers/")
        ? {
            status: 400,
            headers: { "x-amzn-errortype": "CodeStorageExceededException" },
            body: '{"message":"no room for it"}',
          }
        : undefined,
    );
    const clientConfig = { ...emulator.clientConfig, endpoint: proxy.endpoint };
    const error = (await caught(faastAws(module, { packageJson, clientConfig }))) as Error;
    await proxy.stop();
    expect(error).toBeInstanceOf(FaastCreateFunctionError);
    expect(error.message).toContain("lambda:PublishLayerVersion failed: no room for it");
    await expectNothingLeft(emulator);
  });

  it.each([
    [{ dependencies: { mine: "file:../mine" } }, FaastOptionsError, '"mine" at "file:../mine"'],
    ["no-such-folder/package.json", FaastCreateFunctionError, "no-such-folder"],
  ])("are refused before anything is asked of AWS: %j", async (packageJson, type, reason) => {
    let requests = 0;
    const proxy = await startProxy(emulator.endpoint, () => void requests++);
    const clientConfig = { ...emulator.clientConfig, endpoint: proxy.endpoint };
    const error = (await caught(faastAws(module, { packageJson, clientConfig }))) as Error;
    await proxy.stop();
    expect(error).toBeInstanceOf(type);
    expect(error.message).toContain(reason);
    expect(requests).toBe(0);
  });

  it("are given up with faast(), which leaves nothing", async () => {
    const packageJson = await project.write();
    let goOn: () => void = () => undefined;
    project.registry.held = new Promise((resolve) => (goOn = resolve));
    const abort = new AbortController();
    const starting = caught(faastAws(module, { packageJson, signal: abort.signal }));
    await until(() => project.registry.requests.length > 0);
    abort.abort();
    expect(await starting).toBeInstanceOf(FaastCancelledError);
    await expectNothingLeft(emulator);
    goOn();
    await expectNothingLeft(emulator);
    expect(await layersIn(emulator)).toEqual([]);
  });

  it("are not waited for when the module cannot be bundled", async () => {
    const packageJson = await project.write();
    project.registry.held = new Promise(() => undefined);
    const broken = new URL("./fixtures/syntax-error.mjs", import.meta.url);
    const error = (await caught(faastAws(broken, { packageJson }))) as Error;
    expect(error.message).toContain("syntax-error.mjs");
    await expectNothingLeft(emulator);
  });
});
