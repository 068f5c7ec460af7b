import { faastAws } from "@faast/aws";
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
