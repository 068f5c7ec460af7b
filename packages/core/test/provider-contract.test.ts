import { faast, type FaastError } from "@faast/core";
import type { Deployment, Provider } from "@faast/core/provider";
import { loopbackProvider } from "./loopback-provider.ts";
import * as funcs from "./fixtures/functions.ts";

const functionsUrl = new URL("./fixtures/functions.ts", import.meta.url);

/** What goes wrong with a provider whose deployment is changed. */
async function fault(change: (deployment: Deployment) => unknown, module: object = funcs) {
  const provider = loopbackProvider();
  const deploy = provider.deploy.bind(provider);
  provider.deploy = async (...args) => change(await deploy(...args)) as Deployment;
  return faast(provider, module).then(
    () => undefined,
    (error: unknown) => error as FaastError,
  );
}

describe("a provider that does not keep its contract is named, with what it lacks:", () => {
  it.each<[string, (deployment: Deployment) => unknown, string]>([
    ["no deployment", () => undefined, "no invoke()"],
    ["no close()", (deployment) => ({ ...deployment, close: undefined }), "no close()"],
    ["no limits", (deployment) => ({ ...deployment, limits: {} }), "no limits.startupTime"],
  ])("%s", async (_what, change, message) => {
    const error = await fault(change);
    expect(error).toMatchObject({ name: "FaastProviderError", code: "FAAST_PROVIDER" });
    expect(error?.message).toContain('The provider "loopback"');
    expect(error?.message).toContain(message);
  });

  it("no functions, though they were asked for", async () => {
    const error = await fault((deployment) => deployment, functionsUrl);
    expect(error).toMatchObject({ code: "FAAST_PROVIDER" });
    expect(error?.message).toContain("callableExports");
  });

  it.each<[string, object, string]>([
    ["options without a table", {}, "`defaults` and `own`"],
    ["a default out of range", { defaults: { concurrency: -1 }, own: {} }, '"concurrency" must be'],
    ["a default of nothing", { defaults: { nonsense: 3 }, own: {} }, '"nonsense" must be'],
  ])("%s", async (_what, options, message) => {
    const provider = { ...loopbackProvider(), options } as Provider<never>;
    const starting = faast(provider, funcs);
    await expect(starting).rejects.toMatchObject({ code: "FAAST_PROVIDER" });
    await expect(starting).rejects.toThrow(message);
  });
});

it("a provider says which common options it cannot do", async () => {
  const provider = loopbackProvider();
  Object.assign(provider.options, { unsupported: ["packageJson", "childProcess"] });
  const starting = faast(provider, funcs, { packageJson: "package.json" });
  await expect(starting).rejects.toMatchObject({
    code: "FAAST_OPTIONS",
    message: expect.stringMatching(/"packageJson" is not available with faast\("loopback"\)/),
  });
  await using m = await faast(provider, funcs, { childProcess: true });
  expect(await m.functions.hello("there")).toBe("hello there");
});

it("a provider that cannot tell where its log is keeps no failure from the caller", async () => {
  const provider = loopbackProvider({
    before: () => {
      throw new Error("no way through");
    },
  });
  const deploy = provider.deploy.bind(provider);
  provider.deploy = async (...args) => ({
    ...(await deploy(...args)),
    logUrl: () => {
      throw new Error("no log");
    },
  });
  await using m = await faast(provider, funcs, { maxRetries: 0 });
  await expect(m.functions.hello("x")).rejects.toThrow("no way through");
});
