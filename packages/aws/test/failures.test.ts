import {
  FaastOutOfMemoryError,
  FaastTimeoutError,
  FaastWorkerExitError,
  failureDetail,
} from "@faast/core";
import { faastAws, type AwsFaastModule } from "@faast/aws";
import { useEmulator } from "./emulator.ts";
import * as funcs from "./fixtures/functions.ts";
import { expectNothingLeft } from "./leftovers.ts";
import { caught, modes } from "./modes.ts";

const emulator = useEmulator();
Object.assign(process.env, emulator.env);

describe.each(modes)("what ends a function's process, in %s", (_name, options) => {
  let m: AwsFaastModule<typeof funcs>;
  beforeAll(async () => {
    m = await faastAws(funcs, {
      ...options,
      maxRetries: 0,
      childProcessMemoryMb: 48,
      timeout: 30,
    });
  });
  afterAll(async () => {
    await m.cleanup();
    await expectNothingLeft(emulator);
  });
  const nextCallWorks = async () => expect(await m.functions.hello("next")).toBe("hello next");

  it("an infinite loop: FaastTimeoutError, in time", async () => {
    const error = await caught(m.with({ timeout: 1 }).functions.spin());
    expect(error).toBeInstanceOf(FaastTimeoutError);
    expect((error as Error).message).toContain("time-out of 1 s");
    await nextCallWorks();
  });

  it("process.exit(0): FaastWorkerExitError", async () => {
    const error = await caught(m.functions.exit(0));
    expect(error).toBeInstanceOf(FaastWorkerExitError);
    expect((error as Error).message).toContain("exited with code 0");
    expect(failureDetail(error)).toMatchObject({ functionName: "exit", attempt: 0 });
    await nextCallWorks();
  });

  it("an exhausted heap: FaastOutOfMemoryError", async () => {
    expect(await caught(m.functions.exhaustHeap())).toBeInstanceOf(FaastOutOfMemoryError);
    await nextCallWorks();
  });

  it("an exception that nobody awaits: told to the call that it hits, if it hits one", async () => {
    const error = await caught(m.functions.failBehind(20));
    expect(error).toBeInstanceOf(FaastWorkerExitError);
    expect(error).toMatchObject({ cause: { message: "nobody waits for this" } });
    expect(await m.functions.throwLater(1)).toBe("fine so far");
    await nextCallWorks();
  });

  // A notification says nothing of the execution that it starts: see the engine's deadline.
  if (options.queueDispatch !== "sns") {
    it("the death of the handler itself: FaastWorkerExitError, told by Lambda", async () => {
      const error = await caught(m.functions.killHandler());
      expect(error).toBeInstanceOf(FaastWorkerExitError);
      expect((error as Error).message).toMatch(/the execution (failed|ended without an answer)/);
      await nextCallWorks();
    });
  }
});

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

it("is tried again, up to maxRetries", async () => {
  {
    await using m = await faastAws(funcs, { maxRetries: 1 });
    const error = await caught(m.functions.exit(1));
    expect(error).toMatchObject({ code: "FAAST_WORKER_EXIT", attempt: 1 });
    expect(m.stats()).toMatchObject({ invocations: 1, retries: 1, errors: 1 });
  }
  await expectNothingLeft(emulator);
});
