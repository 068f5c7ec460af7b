import type { ErrorFrame } from "./frames.js";

type Fields = Readonly<Record<string, unknown>>;

const origins: ReadonlySet<unknown> = new Set<ErrorFrame["origin"]>([
  "user",
  "runtime",
  "transport",
]);

/**
 * Tells what keeps a message from being a frame, in words that follow "a frame is malformed: "; undefined
 * if nothing does. What comes from another process is anything until it has been looked at.
 */
export function frameFault(message: unknown): string | undefined {
  if (!isRecord(message)) return "it is no object";
  return baseFault(message) ?? bodyFault(message);
}

function baseFault(frame: Fields): string | undefined {
  if (typeof frame.call !== "string") return "call is no string";
  // One by one: this is done for every frame.
  if (!isCount(frame.attempt)) return "attempt is no number from 0";
  if (!isCount(frame.sequence)) return "sequence is no number from 0";
  if (!isCount(frame.item)) return "item is no number from 0";
  if (frame.run !== undefined && typeof frame.run !== "string") return "run is no string";
  if (frame.control !== undefined && !isCount(frame.control)) return "control is no number from 0";
  return frame.execution === undefined ? undefined : executionFault(frame.execution);
}

function bodyFault({
  type,
  value,
  attachments,
  timing,
  origin,
  code,
  message,
}: Fields): string | undefined {
  if (attachments !== undefined && !Array.isArray(attachments)) return "attachments are no list";
  switch (type) {
    case "started":
      return undefined;
    case "yield":
      return isBytes(value) ? undefined : "value is not made of bytes";
    case "result":
      if (!isBytes(value)) return "value is not made of bytes";
      return isTiming(timing) ? undefined : "timing is not made of numbers";
    case "error":
      if (!origins.has(origin)) return "origin is unknown";
      if (typeof code !== "string") return "code is no string";
      if (typeof message !== "string") return "message is no string";
      if (value !== undefined && !isBytes(value)) return "value is not made of bytes";
      return timing === undefined || isTiming(timing) ? undefined : "timing is not made of numbers";
    default:
      return "type is unknown";
  }
}

function executionFault(execution: unknown): string | undefined {
  if (!isRecord(execution)) return "execution is no object";
  const wrong = ["logUrl", "executionId", "instanceId"].find(
    (key) => execution[key] !== undefined && typeof execution[key] !== "string",
  );
  if (wrong !== undefined) return `execution.${wrong} is no string`;
  const { route } = execution;
  return route === undefined || isRecord(route) ? undefined : "execution.route is no object";
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isBytes(value: unknown): boolean {
  // Of another realm, perhaps: by what it is, not only by its class.
  return (
    ArrayBuffer.isView(value) &&
    (value instanceof Uint8Array || Object.prototype.toString.call(value) === "[object Uint8Array]")
  );
}

function isTiming(value: unknown): boolean {
  return (
    isRecord(value) && Number.isFinite(value.startedAt) && Number.isFinite(value.executionTime)
  );
}
