import { EventStreamCodec } from "@smithy/core/event-streams";

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === "string" ? bytes : Buffer.from(bytes).toString()),
  (text) => Buffer.from(text),
);

/** An event of a response stream, as it goes over the wire. */
export function eventMessage(
  type: "PayloadChunk" | "InvokeComplete",
  body: Uint8Array,
  contentType: string,
): Uint8Array {
  const header = (value: string) => ({ type: "string" as const, value });
  return codec.encode({
    headers: {
      ":message-type": header("event"),
      ":event-type": header(type),
      ":content-type": header(contentType),
    },
    body,
  });
}
