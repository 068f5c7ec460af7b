import { MessageChannel } from "node:worker_threads";
import {
  AttachmentList,
  decode,
  encode,
  transferablesOf,
  WireError,
  type Transferable,
} from "@faast/core/provider";

/** Encodes with attachments, and decodes with them. */
function carry<T>(value: T, transfer: readonly Transferable[] = []): T {
  const attachments = new AttachmentList(transfer);
  const bytes = encode(value, { attachments });
  return decode(bytes, attachments.items) as T;
}

describe("what goes along with a document", () => {
  it("is nothing, where there is nothing of the kind", () => {
    const attachments = new AttachmentList();
    const value = { list: [1, 2], bytes: new Uint8Array(8), when: new Date(0) };
    expect(encode(value, { attachments })).toEqual(encode(value));
    expect(attachments.items).toBeUndefined();
  });

  it("is shared memory itself, with every view of it", () => {
    const buffer = new SharedArrayBuffer(32);
    const views = [
      new Float64Array(buffer, 8, 2),
      new DataView(buffer, 1, 3),
      new Int8Array(buffer),
    ];
    const carried = carry({ buffer, views, again: views[0], bytes: Buffer.from(buffer, 4, 4) });
    expect(carried.buffer).toBe(buffer);
    expect(carried.again).toBe(carried.views[0]);
    for (const [index, view] of carried.views.entries()) {
      expect(view).toEqual(views[index]);
      expect(view.buffer).toBe(buffer);
    }
    expect(Buffer.isBuffer(carried.bytes)).toBe(true);
    carried.bytes[0] = 17;
    expect(new Uint8Array(buffer)[4]).toBe(17);
  });

  it("keeps references in order, before and after a view", () => {
    const [first, last] = [{ at: "front" }, { at: "end" }];
    const view = new Uint8Array(new SharedArrayBuffer(4));
    const carried = carry([first, view, last, last, first, view, view.buffer] as const);
    expect(carried[0]).toEqual(first);
    expect(carried[2]).toEqual(last);
    expect(carried[3]).toBe(carried[2]);
    expect(carried[4]).toBe(carried[0]);
    expect(carried[5]).toBe(carried[1]);
    expect(carried[6]).toBe(carried[1].buffer);
  });

  it("are buffers that are to be moved, and no others", () => {
    const [moved, copied] = [new Uint8Array([1, 2, 3, 4]), new Uint8Array([5, 6])];
    const carried = carry({ part: moved.subarray(1, 3), copied }, [moved.buffer]);
    expect([...carried.part]).toEqual([2, 3]);
    expect([...carried.copied]).toEqual([5, 6]);
    expect([moved.byteLength, copied.byteLength]).toEqual([0, 2]);
  });

  it("are ports, which are moved in any case", () => {
    const { port1, port2 } = new MessageChannel();
    const attachments = new AttachmentList();
    encode([port2], { attachments });
    expect(attachments.hasMoved).toBe(true);
    expect(transferablesOf(attachments.items)).toHaveLength(1);
    expect(() => encode([port2], { attachments: new AttachmentList() })).toThrow(WireError);
    port1.close();
  });

  it("stays where it is if something else cannot travel", () => {
    const buffer = new ArrayBuffer(8);
    expect(() => carry({ buffer, fn: () => undefined }, [buffer])).toThrow(/value\.fn/);
    expect(buffer.byteLength).toBe(8);
  });

  it.each<[string, unknown]>([
    ["shared memory", new SharedArrayBuffer(8)],
    ["a view of shared memory", new Int32Array(new SharedArrayBuffer(8))],
  ])("is refused where nothing can go along: %s", (_what, value) => {
    expect(() => encode({ value })).toThrow(/value\.value.*shared memory.*isolation: "thread"/);
  });

  it("must come along, and be what the document takes it for", () => {
    const attachments = new AttachmentList();
    const bytes = encode(new Int32Array(new SharedArrayBuffer(16), 8), { attachments });
    const wrong = [undefined, [], [new SharedArrayBuffer(4)], [{}], ["text"], [null], [new Date()]];
    for (const each of wrong) expect(() => decode(bytes, each as never)).toThrow(WireError);
    for (let length = 0; length < bytes.length; length++)
      expect(() => decode(bytes.subarray(0, length), attachments.items)).toThrow(WireError);
  });
});
