import { FaastTimeoutError, FaastWorkerExitError } from "@faast/core";
import { faastAws } from "@faast/aws";
import { useEmulator } from "./emulator.ts";
import * as funcs from "./fixtures/functions.ts";
import { expectNothingLeft } from "./leftovers.ts";
import { caught, modes } from "./modes.ts";

const emulator = useEmulator();
Object.assign(process.env, emulator.env);

const told = modes.filter(([, { queueDispatch }]) => queueDispatch !== "sns");

it.each(told)(
  "the death of the handler itself is told by Lambda, in %s",
  async (_name, options) => {
    const m = await faastAws(funcs, { ...options, maxRetries: 0 });
    try {
      const error = await caught(m.functions.killHandler());
      expect(error).toBeInstanceOf(FaastWorkerExitError);
      expect((error as Error).message).toMatch(/the execution (failed|ended without an answer)/);
      expect(await m.functions.hello("next")).toBe("hello next");
    } finally {
      await m.cleanup();
    }
    await expectNothingLeft(emulator);
  },
);

// It takes as long as the engine waits for a start: npm run test:full.
const slowly = process.env.FAAST_TEST_FULL ? describe : describe.skip;

slowly("the death of a handler that a notification started", () => {
  it("is found by the engine's deadline", async () => {
    const m = await faastAws(funcs, {
      mode: "queue",
      queueDispatch: "sns",
      maxRetries: 0,
      timeout: 1,
    });
    try {
      const error = await caught(m.functions.killHandler());
      expect(error).toBeInstanceOf(FaastTimeoutError);
      expect((error as Error).message).toContain("nothing was heard of the call");
    } finally {
      await m.cleanup();
    }
    await expectNothingLeft(emulator);
  }, 180_000);
});
