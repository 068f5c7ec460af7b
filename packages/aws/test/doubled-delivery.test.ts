import { faastAws, type AwsOptions } from "@faast/aws";
import { startProxy, type Intercept } from "./emulator-proxy.ts";
import { useEmulator } from "./emulator.ts";
import * as funcs from "./fixtures/functions.ts";
import { expectNothingLeft } from "./leftovers.ts";

const emulator = useEmulator();
Object.assign(process.env, emulator.env);

it("a stream that Lambda has delivered twice is complete, and so are those after it", async () => {
  let doubled = 0;
  const twice: Intercept = async ({ url = "", headers }, operation, body) => {
    if (operation !== "lambda:Invoke" || doubled > 0) return undefined;
    doubled++;
    const { authorization = "" } = headers;
    const own = { authorization, "x-amz-invocation-type": "Event" };
    const { status } = await fetch(emulator.endpoint + url, {
      method: "POST",
      headers: own,
      body: new Uint8Array(body),
    });
    expect(status).toBe(202);
    return undefined;
  };
  const proxy = await startProxy(emulator.endpoint, twice);
  const clientConfig = { ...emulator.clientConfig, endpoint: proxy.endpoint };
  // All but the first items need credit, which goes by the control queue.
  const options: AwsOptions = { mode: "queue", streamWindow: 4, timeout: 10, maxRetries: 0 };
  try {
    await using m = await faastAws(funcs, { ...options, clientConfig });
    for (let i = 0; i < 3; i++) {
      const items: number[] = [];
      for await (const item of m.functions.numbers(40)) items.push(item);
      expect(items).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
    }
    expect(doubled).toBe(1);
  } finally {
    await proxy.stop();
  }
  await expectNothingLeft(emulator);
}, 120_000);
