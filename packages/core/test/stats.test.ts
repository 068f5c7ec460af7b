import { faast, FunctionStats, FunctionStatsEvent, Statistics } from "@faast/core";
import { loopbackProvider } from "./loopback-provider.ts";
import * as funcs from "./fixtures/functions.ts";

const statistics = [
  "localStartLatency",
  "remoteStartLatency",
  "executionTime",
  "sendResponseLatency",
  "returnLatency",
  "estimatedBilledTime",
] as const;
const counters = ["invocations", "completed", "retries", "errors"] as const;

function statisticsOf(samples: readonly (number | undefined)[]): Statistics {
  const stats = new Statistics();
  for (const sample of samples) stats.update(sample);
  return stats;
}

describe("Statistics", () => {
  it("know nothing before the first sample", () => {
    const { samples, max, min, mean, variance, stdev } = new Statistics();
    expect({ samples, max, min, mean, variance, stdev }).toEqual({
      samples: 0,
      max: -Infinity,
      min: Infinity,
      mean: NaN,
      variance: 0,
      stdev: 0,
    });
  });

  it("of one sample are that sample", () => {
    const { samples, max, min, mean, variance, stdev } = statisticsOf([42]);
    expect({ samples, max, min, mean, variance, stdev }).toEqual({
      samples: 1,
      max: 42,
      min: 42,
      mean: 42,
      variance: 0,
      stdev: 0,
    });
  });

  it("of several samples are exact, with the variance of the population", () => {
    const { samples, max, min, mean, variance, stdev } = statisticsOf([2, 4, 4, 4, 5, 5, 7, 9]);
    expect({ samples, max, min }).toEqual({ samples: 8, max: 9, min: 2 });
    expect(mean).toBeCloseTo(5, 12);
    expect(variance).toBeCloseTo(4, 12);
    expect(stdev).toBeCloseTo(2, 12);
  });

  it("agree with the definition for random samples, also far from zero", () => {
    for (const offset of [0, 1e9]) {
      const samples = Array.from({ length: 500 }, () => offset + Math.random() * 100);
      const mean = samples.reduce((sum, each) => sum + each - offset, 0) / samples.length;
      const variance =
        samples.reduce((sum, each) => sum + (each - offset - mean) ** 2, 0) / samples.length;
      const stats = statisticsOf(samples);
      expect(stats.mean - offset).toBeCloseTo(mean, 4);
      expect(stats.variance).toBeCloseTo(variance, 3);
      expect(stats.min).toBe(Math.min(...samples));
      expect(stats.max).toBe(Math.max(...samples));
    }
  });

  it("pass over undefined, and count zero", () => {
    expect(statisticsOf([undefined, 0, undefined, 2])).toMatchObject({
      samples: 2,
      mean: 1,
      min: 0,
    });
  });

  it("are shown by their mean, with one digit unless said otherwise", () => {
    expect(String(statisticsOf([1, 2]))).toBe("1.5");
    expect(String(new Statistics())).toBe("NaN");
    const precise = new Statistics(3);
    precise.update(1 / 3);
    expect(precise.toString()).toBe("0.333");
    expect(precise.clone().toString()).toBe("0.333");
  });

  it("are copied apart", () => {
    const stats = statisticsOf([1, 2]);
    const copy = stats.clone();
    expect(copy).toBeInstanceOf(Statistics);
    expect(copy).toEqual(stats);
    copy.update(9);
    expect(stats).toEqual(statisticsOf([1, 2]));
    stats.update(9);
    expect(copy).toEqual(stats);
  });
});

describe("FunctionStats", () => {
  it("begin with nothing", () => {
    const stats = new FunctionStats();
    for (const key of statistics) expect(stats[key]).toEqual(new Statistics());
    for (const key of counters) expect(stats[key]).toBe(0);
  });

  it("are copied apart, in every part", () => {
    const stats = new FunctionStats();
    statistics.forEach((key, index) => stats[key].update(index + 1));
    counters.forEach((key, index) => (stats[key] = index + 1));
    const copy = stats.clone();
    expect(copy).toBeInstanceOf(FunctionStats);
    expect(copy).toEqual(stats);
    const before = stats.clone();
    for (const key of statistics) copy[key].update(100);
    for (const key of counters) copy[key] += 100;
    expect(stats).toEqual(before);
    for (const key of statistics) expect(copy[key].samples).toBe(2);
  });

  it("are shown in one line: counters, then the means that there are", () => {
    const stats = new FunctionStats();
    expect(stats.toString()).toBe("invocations: 0, completed: 0, retries: 0, errors: 0");
    stats.invocations = 3;
    stats.completed = 2;
    stats.executionTime.update(10);
    stats.executionTime.update(15);
    expect(stats.toString()).toBe(
      "invocations: 3, completed: 2, retries: 0, errors: 0, executionTime.mean: 12.5ms",
    );
  });

  it("come in events that name the function", () => {
    const stats = new FunctionStats();
    stats.completed = 1;
    const event = new FunctionStatsEvent("resize", stats);
    expect(event.fn).toBe("resize");
    expect(event.stats).toBe(stats);
    expect(String(event)).toBe("[resize] invocations: 0, completed: 1, retries: 0, errors: 0");
  });
});

describe("the statistics of a module", () => {
  it("count calls by function and in all, and are a copy", async () => {
    await using m = await faast(loopbackProvider(), funcs);
    await m.functions.hello("a");
    await m.functions.hello("b");
    await m.functions.fail("c").catch(() => undefined);
    expect(m.stats("hello")).toMatchObject({ invocations: 2, completed: 2, errors: 0 });
    expect(m.stats("fail")).toMatchObject({ invocations: 1, completed: 0, errors: 1 });
    expect(m.stats("never called")).toEqual(new FunctionStats());
    const total = m.stats();
    expect(total).toMatchObject({ invocations: 3, completed: 2, errors: 1, retries: 0 });
    for (const key of statistics) {
      expect(total[key].samples).toBe(2);
      expect(total[key].min).toBeGreaterThanOrEqual(0);
    }
    // Platforms bill whole milliseconds, at least one for each call.
    expect(total.estimatedBilledTime.min).toBeGreaterThanOrEqual(1);
    total.completed = 99;
    expect(m.stats().completed).toBe(2);
  });

  it("are told each second for the functions that were active in it, until off()", async () => {
    await using m = await faast(loopbackProvider(), funcs);
    const events: FunctionStatsEvent[] = [];
    let told: () => void = () => undefined;
    const listener = (event: FunctionStatsEvent) => {
      events.push(event);
      told();
    };
    m.on("stats", listener);
    for (const round of [1, 2]) {
      const next = new Promise<void>((resolve) => (told = resolve));
      await m.functions.hello("a");
      await next;
      expect(events).toHaveLength(round);
      // Of that second alone, not of all that went before.
      expect(events.at(-1)).toMatchObject({ fn: "hello", stats: { completed: 1, invocations: 1 } });
    }
    m.off("stats", listener);
    await m.functions.hello("a");
    await m.cleanup();
    expect(events).toHaveLength(2);
  });

  it("are told a last time by cleanup()", async () => {
    const m = await faast(loopbackProvider(), funcs);
    const names: string[] = [];
    m.on("stats", ({ fn }) => void names.push(fn));
    await m.functions.hello("a");
    await m.functions.add(1, 2);
    await m.cleanup();
    expect(names.sort()).toEqual(["add", "hello"]);
  });
});
