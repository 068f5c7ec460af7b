import fc from "fast-check";
import { unpackMessages } from "@faast/core/worker";
import { runs } from "./run-count.ts";

function unpacked(received: unknown): unknown[] {
  const messages: unknown[] = [];
  unpackMessages(received, (each) => messages.push(each));
  return messages;
}

describe("a run of items", () => {
  it("is as many frames, numbered from the first", () => {
    const frame = (sequence: number, ...bytes: number[]) => ({
      type: "frame",
      frame: {
        type: "yield",
        ...{ call: "c", attempt: 2, sequence, item: 0, run: "r" },
        value: Uint8Array.from(bytes),
      },
    });
    expect(unpacked(["Yc 2 7 r 2,0,1\n\n Z"])).toEqual([frame(7, 10, 32), frame(8), frame(9, 90)]);
  });

  it.each(["Y", "Yc", "Yc 0 0 r 1\n", "Yc 0 0 r 3,x\nabc", "Yc 0 0 r 1\nabc", "Yc 0 0 r -1,2\na"])(
    "is refused if it is cut off, or its lengths are not those of its items: %j",
    (text) => {
      expect(unpacked(text)).toContain(undefined);
    },
  );

  it("never throws, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.array(fc.integer()), (text, lengths) => {
        unpacked(`Y${text}`);
        unpacked([`Yc 0 0 r ${lengths.join(",")}\n${text}`]);
      }),
      { numRuns: runs(300) },
    );
  });
});
