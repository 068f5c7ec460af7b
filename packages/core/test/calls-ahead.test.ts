import { setTimeout as sleep } from "node:timers/promises";
import { encode, type ControlMessage, type Frame } from "@faast/core/provider";
import {
  LEASE,
  Supervisor,
  type FromIsolate,
  type IsolateEvents,
  type ToIsolate,
} from "@faast/core/worker";
import { encodedCall } from "./encoded-call.ts";

/** A supervisor whose isolate is played by the test, and what becomes of its calls. */
function watched() {
  const events: string[] = [];
  const sent: ToIsolate[] = [];
  const controls = new Map<string, (message: ControlMessage) => void>();
  let isolate!: IsolateEvents;
  const supervisor = new Supervisor({
    startupTime: 1000,
    describe: () => ({}),
    start: (given) => {
      isolate = given;
      const kill = () => {
        events.push("killed");
        setImmediate(() => isolate.exit({ description: "was ended", outOfMemory: false }));
      };
      return {
        id: "1",
        send: (message) => void sent.push(message),
        kill,
        stop: kill,
        setBusy: () => undefined,
      };
    },
  });
  const supervised = (name: string) => ({
    request: encodedCall(name),
    receive: (frame: Frame) =>
      void events.push(`${name}: ${frame.type === "error" ? frame.code : frame.type}`),
    onControl: (listener: (message: ControlMessage) => void) => void controls.set(name, listener),
  });
  return {
    supervisor,
    events,
    sent,
    run: (name: string) => supervisor.run(supervised(name), () => void events.push(`${name} idle`)),
    runAhead: (name: string) =>
      supervisor.runAhead(
        supervised(name),
        () => void events.push(`${name} idle`),
        () => void events.push(`${name} returned`),
      ),
    cancel: (name: string) =>
      controls.get(name)?.({ type: "cancel", call: name, attempt: 0, sequence: 0 }),
    message: (message: FromIsolate) => isolate.message(message),
    result: (name: string) =>
      isolate.message({
        type: "frame",
        frame: {
          type: "result",
          value: encode(name),
          timing: { startedAt: 0, executionTime: 1 },
          call: name,
          attempt: 0,
          sequence: 0,
          item: 0,
        },
      }),
    /** The isolate tells that it has not begun a call, the first time that it was sent. */
    leave: (name: string) => {
      const first = sent.find((each) => each.type === "call" && each.request.call === name);
      const { startBy = 0 } = first as ToIsolate & { type: "call" };
      isolate.message({ type: "returned", startBy });
    },
    exit: () => isolate.exit({ description: "exited with code 1", outOfMemory: false }),
  };
}

type Watched = ReturnType<typeof watched>;

/** One call runs, and so many more have been sent ahead. */
function withAhead(...names: string[]): Watched {
  const w = watched();
  w.run("a");
  w.message({ type: "ready" });
  for (const name of names) expect(w.runAhead(name)).toBe(true);
  return w;
}

const lapse = () => sleep(LEASE * 10);

describe("calls that are sent ahead", () => {
  it("have their turn in order", () => {
    const w = withAhead("b", "c");
    for (const name of ["a", "b", "c"]) w.result(name);
    expect(w.events).toEqual(["a idle", "a: result", "b idle", "b: result", "c idle", "c: result"]);
    expect(w.sent.map((message) => "startBy" in message)).toEqual([false, true, true]);
  });

  it("are returned when the call before them is not over in time, and stay returned", async () => {
    const w = withAhead("b", "c");
    await lapse();
    // The last first, since each goes to the head of a queue.
    expect(w.events).toEqual(["c returned", "b returned"]);
    // What the isolate says of them then is of no interest.
    w.result("a");
    w.leave("b");
    w.result("b");
    expect(w.events).toEqual(["c returned", "b returned", "a idle", "a: result"]);
  });

  it("are returned when the isolate was too late to begin them", () => {
    const w = withAhead("b", "c");
    w.result("a");
    w.leave("b");
    w.result("c");
    expect(w.events).toEqual(["a idle", "a: result", "b returned", "c idle", "c: result"]);
  });

  it("are not taken for what they were before, when they are sent again", async () => {
    const w = withAhead("b");
    await lapse();
    w.result("a");
    w.run("d");
    expect(w.runAhead("b")).toBe(true);
    w.result("d");
    w.leave("b"); // the first of the two: the second is under way
    w.result("b");
    expect(w.events).toEqual([
      "b returned",
      ...["a", "d", "b"].flatMap((name) => [`${name} idle`, `${name}: result`]),
    ]);
  });

  it("are not lost with an isolate that ends", () => {
    const w = withAhead("b", "c");
    w.exit();
    expect(w.events).toEqual(["a idle", "a: exit", "c returned", "b returned"]);
  });

  it("fail with the isolate when it is their turn", () => {
    const w = withAhead("b", "c");
    w.result("a");
    w.exit();
    expect(w.events).toEqual(["a idle", "a: result", "b idle", "b: exit", "c returned"]);
  });

  it("do not run where the isolate ends since nobody waits for the call before them", async () => {
    const w = withAhead("b");
    w.cancel("a");
    expect(w.events).toEqual([]);
    await lapse();
    expect(w.events).toEqual(["b returned", "killed", "a idle", "a: cancelled"]);
  });

  it("run on where that call comes to an end after all", async () => {
    const w = withAhead("b");
    w.cancel("a");
    w.result("a");
    w.result("b");
    await lapse();
    expect(w.events).toEqual(["a idle", "a: cancelled", "b idle", "b: result"]);
  });

  it("are waited for by the end of a worker that takes too much, which is not forgotten", async () => {
    const w = withAhead("b", "c");
    w.supervisor.condemn({ code: "memory", message: "too much" });
    w.result("a");
    expect(w.runAhead("d")).toBe(false);
    w.result("b");
    await sleep(1);
    expect(w.events).toEqual([
      "a idle",
      "a: result",
      "killed",
      "b idle",
      "b: result",
      "c idle",
      "c: memory",
    ]);
  });

  it("are returned, and the call at hand fails, where it is that call that takes too much", async () => {
    const w = withAhead("b");
    w.supervisor.condemn({ code: "memory", message: "too much" });
    await lapse();
    expect(w.events).toEqual(["b returned", "killed", "a idle", "a: memory"]);
  });

  it("do not keep a worker from being closed", async () => {
    const w = withAhead("b", "c");
    const closed = w.supervisor.close();
    for (const name of ["a", "b", "c"]) w.result(name);
    await closed;
    expect(w.events).toContain("killed");
  });

  it("are let run to their end when they are cancelled", async () => {
    const w = withAhead("b");
    w.cancel("b");
    w.result("a");
    w.result("b");
    await lapse();
    expect(w.events).toEqual(["a idle", "a: result", "b idle", "b: result"]);
  });

  it("are refused where nothing runs, and behind what is given up", async () => {
    const w = watched();
    expect(w.runAhead("a")).toBe(false);
    w.run("a");
    expect(w.runAhead("b")).toBe(false); // the module is not loaded yet
    w.message({ type: "ready" });
    w.cancel("a");
    expect(w.runAhead("b")).toBe(false);
  });
});
