import { faastAws } from "@faast/aws";
import { logGroupUrl, logStreamUrl } from "../dist/log-url.js";
import { useEmulator } from "./emulator.ts";
import * as funcs from "./fixtures/functions.ts";
import { modes } from "./modes.ts";

const emulator = useEmulator();
Object.assign(process.env, emulator.env);

/** From when the page of a log shows lines: milliseconds since the epoch. */
const startOf = (url = "") => Number(/\$3Fstart\$3D(\d+)$/.exec(url)?.[1]);

describe.each(modes)("the page of a call's log, in %s", (_name, options) => {
  it("begins with that call, not with the environment in which it ran", async () => {
    await using m = await faastAws(funcs, { ...options, concurrency: 1 });
    const calls = [];
    for (const name of ["one", "two"]) {
      const before = Date.now();
      const { logUrl } = await m.functionsDetail.hello(name);
      calls.push({ before, start: startOf(logUrl) });
      await m.functions.sleep(300);
    }
    for (const { before, start } of calls) {
      expect(start).toBeGreaterThanOrEqual(before - 100);
      expect(start).toBeLessThan(before + 30_000);
    }
    const [one, two] = calls;
    expect(two!.start - one!.start).toBeGreaterThanOrEqual(300);
  });
});

describe("the console", () => {
  const place = { functionName: "faast-1", logStream: "2026/01/01/[$LATEST]0a", start: 1_700_000 };

  it.each([
    ["eu-north-1", "https://eu-north-1.console.aws.amazon.com/"],
    ["us-gov-west-1", "https://us-gov-west-1.console.amazonaws-us-gov.com/"],
    ["cn-north-1", "https://cn-north-1.console.amazonaws.cn/"],
  ])("of %s is where that region has it", (region, console) => {
    const group = `${console}cloudwatch/home?region=${region}#logsV2:log-groups/log-group/$252Faws$252Flambda$252Ffaast-1`;
    expect(logGroupUrl({ region, functionName: "faast-1" })).toBe(group);
    expect(logStreamUrl({ region, ...place })).toBe(
      `${group}/log-events/2026$252F01$252F01$252F$255B$2524LATEST$255D0a$3Fstart$3D1700000`,
    );
  });
});
