import { fileURLToPath } from "node:url";
import {
  serveProcess,
  startInlineIsolate,
  startProcessIsolate,
  type IsolateEvents,
} from "@faast/core/worker";
import { createAnswer, type Answer, type Handler } from "./handler.js";
import { importFromLayers } from "./layer-imports.js";
import { lastOutput, passOutput } from "./output.js";
import { streamedHandler } from "./streamed-response.js";

/** Set in the child process that runs the user's module; this file is the program of both. */
const CHILD = "FAAST_ISOLATE";

const loadModule = () => {
  importFromLayers();
  return import("faast:module");
};
const isChild = process.env[CHILD] !== undefined;

if (isChild) serveProcess(loadModule, { linePrefix: "" });

const startIsolate = (events: IsolateEvents) =>
  process.env.FAAST_CHILD_PROCESS === "false"
    ? startInlineIsolate(loadModule, events)
    : startProcessIsolate(
        {
          entry: fileURLToPath(import.meta.url),
          cwd: fileURLToPath(new URL(".", import.meta.url)),
          env: { ...process.env, [CHILD]: "process" },
          heapLimit: Number(process.env.FAAST_HEAP_LIMIT ?? 0),
          output: passOutput,
          lastOutput,
        },
        events,
      );

const answer: Answer = isChild
  ? () => Promise.reject(new Error("this process runs the user's module"))
  : createAnswer(startIsolate);

/** The handler of functions whose response, if anyone reads it, comes as a whole. */
export const handler: Handler = (event, context) => answer(event, context);

/** The handler of functions whose response may be a stream. */
export const streamingHandler = streamedHandler(answer);
