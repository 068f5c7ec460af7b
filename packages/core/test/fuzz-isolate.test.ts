import fc from "fast-check";
import type { Frame } from "@faast/core/provider";
import { Supervisor, type FromIsolate, type IsolateEvents } from "@faast/core/worker";
import { encodedCall } from "./encoded-call.ts";
import { runs } from "./run-count.ts";

/** Runs a call in a worker that sends nothing but this; resolves with how the call ended. */
function answerOf(messages: readonly unknown[]): Promise<Frame> {
  return new Promise((resolve) => {
    let events: IsolateEvents | undefined;
    const exit = () =>
      setImmediate(() => events?.exit({ description: "was ended", outOfMemory: false }));
    const supervisor = new Supervisor({
      startupTime: 1000,
      describe: () => ({}),
      start: (given) => {
        events = given;
        return { id: "1", send: () => undefined, kill: exit, stop: exit, setBusy: () => undefined };
      },
    });
    const request = encodedCall("c");
    const receive = (frame: Frame) => {
      if (frame.type === "result" || frame.type === "error") resolve(frame);
    };
    supervisor.run({ request, receive, onControl: () => undefined }, () => undefined);
    for (const each of [{ type: "ready" }, ...messages]) events?.message(each as FromIsolate);
    exit();
  });
}

const parts = {
  call: fc.constantFrom("c", 1),
  attempt: fc.constantFrom(0, "0"),
  sequence: fc.constantFrom(0, NaN, -1),
  item: fc.constant(0),
  type: fc.constantFrom("started", "yield", "result", "error", "x"),
  value: fc.oneof(fc.uint8Array(), fc.anything()),
  timing: fc.anything(),
  code: fc.anything(),
  message: fc.anything(),
  origin: fc.anything(),
};

test("whatever a worker sends, its call ends with a frame", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          fc.anything(),
          fc.record({
            type: fc.constantFrom("ready", "import-failed", "uncaught"),
            error: fc.anything(),
          }),
          fc.record({
            type: fc.constant("frame"),
            frame: fc.oneof(fc.anything(), fc.record(parts)),
          }),
        ),
        { maxLength: 4 },
      ),
      async (messages) => {
        const frame = await answerOf(messages);
        expect(frame).toMatchObject({ call: "c", attempt: 0 });
        if (frame.type === "result") expect(frame.value).toBeInstanceOf(Uint8Array);
      },
    ),
    { numRuns: runs(300) },
  );
}, 60_000);
