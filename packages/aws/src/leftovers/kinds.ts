/** What leftovers are, for people. */
export const kinds = {
  function: "function",
  logGroup: "log group",
  queue: "queue",
  topic: "topic",
  bucket: "bucket",
  layer: "layer",
  role: "role",
} as const;
