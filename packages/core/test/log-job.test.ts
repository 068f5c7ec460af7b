import { format } from "node:util";
import { faast, log, type Loggers } from "@faast/core";
import { loopbackProvider } from "./loopback-provider.ts";
import * as funcs from "./fixtures/functions.ts";

/** Runs `body` while the loggers named are enabled; gives what they wrote. */
async function listen(names: readonly (keyof Loggers)[], body: () => Promise<void>) {
  const lines: string[] = [];
  const before = names.map((name) => {
    const { enabled, log: write } = log[name];
    log[name].enabled = true;
    log[name].log = (...args) => void lines.push(format(...args));
    return { name, enabled, write };
  });
  try {
    await body();
  } finally {
    for (const { name, enabled, write } of before) {
      Object.assign(log[name], { enabled, log: write });
    }
  }
  return lines.join("\n");
}

describe("the log of a job", () => {
  it("tells each call, its attempts and its outcome, and nothing of the user's", async () => {
    let lost = 0;
    const provider = loopbackProvider({
      before: () => {
        if (lost++ === 0) throw new Error("a transport with a secret");
      },
    });
    const text = await listen(["calls"], async () => {
      await using m = await faast(provider, funcs, { concurrency: 1 });
      await m.functions.hello("secret");
      await m.functions.fail("secret").catch(() => undefined);
      const items = m.functions.count(3);
      await items.next();
      await items.return("secret");
    });
    for (const line of [
      /hello 0: attempt 0(?!:)/,
      /hello 0: attempt 0: lost/,
      /hello 0: attempt 1/,
      /hello 0: succeeded after \d+ ms/,
      /fail 1: attempt 0: thrown/,
      /fail 1: failed after \d+ ms/,
      /count 2: attempt 0/,
      /count 2: (succeeded|dropped) after \d+ ms/,
    ]) {
      expect(text).toMatch(line);
    }
    expect(text).not.toContain("secret");
  });

  it("tells the deployment and the clean-up, with durations", async () => {
    const text = await listen(["info", "minimal"], async () => {
      const options = { env: { TOKEN: "secret" }, description: "secret" };
      await using m = await faast(loopbackProvider(), funcs, options);
      await m.functions.hello("secret");
    });
    for (const line of [
      /faast-[-0-9a-f]{36}: faast\(\) with loopback, module .*functions\.ts/,
      /faast-\S+: deployed after \d+ ms/,
      /faast-\S+: cleaned up after \d+ ms/,
      /faast-\S+: loopback: invocations: 1, completed: 1, retries: 0, errors: 0/,
    ]) {
      expect(text).toMatch(line);
    }
    expect(text).not.toContain("secret");
  });

  it("is empty unless it is asked for", async () => {
    const lines: unknown[] = [];
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = (line: unknown) => lines.push(line) > 0;
    try {
      await using m = await faast(loopbackProvider(), funcs);
      await m.functions.hello("world");
    } finally {
      process.stderr.write = write;
    }
    expect(lines.filter((line) => String(line).includes("faast:"))).toEqual([]);
  });
});
