import { faast, FaastProviderError } from "@faast/core";

describe("the aws provider", () => {
  it("says that it does not run functions yet", async () => {
    const url = new URL("./placeholder.test.ts", import.meta.url);
    const error = await faast("aws", url).catch((each: unknown) => each);
    expect(error).toBeInstanceOf(FaastProviderError);
    expect((error as Error).message).toContain("does not run functions yet");
  });
});
