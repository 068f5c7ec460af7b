import { conformanceSuite } from "@faast/core/conformance";
import { provider } from "@faast/aws";
import { CACHED_ROLE, resourcesOf } from "../leftovers.ts";
import type { LambdaFront } from "./lambda-front.ts";
import { startFront, useAccount, withRuntimeClient } from "./runtime-client.ts";

const emulator = useAccount();

withRuntimeClient("under AWS's runtime client", () => {
  let front: LambdaFront;
  beforeAll(async () => {
    front = await startFront(emulator);
  });
  afterAll(() => front.stop());

  conformanceSuite(
    { describe, it, beforeAll, afterAll },
    {
      name: "aws, https mode",
      provider,
      options: { mode: "https" },
      // Each takes two processes.
      concurrency: 15,
      leftovers: async () => (await resourcesOf(emulator)).filter((each) => each !== CACHED_ROLE),
    },
  );

  it("has had its items by responses under way", () => {
    expect(front.counts.streaming).toBeGreaterThan(10);
    expect(front.lines).toBeGreaterThan(100);
  });
});
