// What the raw workers run: the functions, and nothing around them.
import { parentPort } from "node:worker_threads";
import * as functions from "../fixtures/functions.mjs";

const post = parentPort ? (message) => parentPort.postMessage(message) : (m) => process.send(m);
(parentPort ?? process).on("message", ({ id, fn, arg }) => {
  const value = functions[fn](arg);
  if (fn !== "items") return post({ id, value });
  for (const item of value) post({ id, item });
  post({ id });
});
