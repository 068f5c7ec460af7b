import { expectGone, startDriver } from "./processes.ts";

describe("a program that uses faast", () => {
  it("ends by itself after cleanup, and leaves nothing", async () => {
    const driver = startDriver("cleanup");
    const told = await driver.next();
    expect(await driver.ended).toEqual({ code: 0, signal: null });
    await expectGone(told);
  });

  it("ends by itself without cleanup, too, and leaves nothing", async () => {
    const driver = startDriver("forget");
    const told = await driver.next();
    expect(await driver.ended).toEqual({ code: 0, signal: null });
    await expectGone(told);
  });

  it("ends by itself with a stream that nobody reads on, and leaves nothing", async () => {
    const driver = startDriver("unread");
    const told = await driver.next();
    expect(await driver.ended).toEqual({ code: 0, signal: null });
    await expectGone(told);
  });

  it("leaves nothing when it exits in the middle of a call", async () => {
    const driver = startDriver("exit");
    const told = await driver.next();
    expect(await driver.ended).toEqual({ code: 3, signal: null });
    await expectGone(told);
  });

  it.each(["SIGINT", "SIGTERM"] as const)(
    "cleans up on %s, then ends by that signal",
    async (signal) => {
      const driver = startDriver("busy");
      const told = await driver.next();
      driver.child.kill(signal);
      // Pending calls tell the program nothing: it ends by the signal, not by an error of ours.
      await expect(driver.next()).rejects.toThrow("without a word");
      expect(await driver.ended).toEqual({ code: null, signal });
      await expectGone(told);
    },
  );

  it("cleans up on a signal that it survives, and cancels its calls then", async () => {
    const driver = startDriver("survive");
    const told = await driver.next();
    driver.child.kill("SIGINT");
    expect(await driver.next()).toMatchObject({ error: "FAAST_CANCELLED" });
    expect(await driver.ended).toEqual({ code: 7, signal: null });
    await expectGone(told);
  });

  it("takes its workers along when it is killed, busy as they are", async () => {
    const driver = startDriver("busy");
    const told = await driver.next();
    driver.child.kill("SIGKILL");
    expect(await driver.ended).toEqual({ code: null, signal: "SIGKILL" });
    await expectGone(told);
  });

  it("survives a worker that dies between two calls", async () => {
    const driver = startDriver("late");
    expect(await driver.next()).toMatchObject({ first: "fine so far" });
    expect(await driver.next()).toMatchObject({ second: "hello again" });
    expect(await driver.ended).toEqual({ code: 0, signal: null });
  });
});
