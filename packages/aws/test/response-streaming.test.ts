import { faastAws } from "@faast/aws";
import { lambdaRefusal, startProxy } from "./emulator-proxy.ts";
import { useEmulator } from "./emulator.ts";
import * as funcs from "./fixtures/streams.ts";
import { expectNothingLeft } from "./leftovers.ts";

// What an emulator that streams shows is in runtime-client/: npm run test:full.
const emulator = useEmulator();
Object.assign(process.env, emulator.env);

const refused = () => lambdaRefusal("UnknownOperationException", "no such operation", 404);

it.each([
  ["the runtime cannot stream", () => undefined],
  ["the service refuses to stream", refused],
])("streams come by the queue where %s, and it is tried once", async (_how, answer) => {
  let tries = 0;
  const proxy = await startProxy(emulator.endpoint, ({ url = "" }) => {
    if (!url.includes("/response-streaming-invocations")) return undefined;
    tries++;
    return answer();
  });
  process.env.AWS_ENDPOINT_URL_LAMBDA = proxy.endpoint;
  try {
    {
      await using m = await faastAws(funcs, { maxRetries: 0 });
      for (let i = 0; i < 3; i++) {
        const talk = m.functions.talk();
        await talk.next();
        expect(await talk.next("one")).toEqual({ value: "heard one", done: false });
        expect(await talk.next("bye")).toEqual({ value: "over", done: true });
      }
      expect(await m.functions.hello("x")).toBe("hello x");
    }
    expect(tries).toBe(1);
    await expectNothingLeft(emulator);
  } finally {
    await proxy.stop();
  }
});
