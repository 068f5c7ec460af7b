import { fileURLToPath } from "node:url";
import {
  serveProcess,
  startInlineIsolate,
  startProcessIsolate,
  type IsolateEvents,
} from "@faast/core/worker";
import { createHandler, type Handler } from "./handler.js";
import { lastOutput, passOutput } from "./output.js";

/** Set in the child process that runs the user's module; this file is the program of both. */
const CHILD = "FAAST_ISOLATE";

const loadModule = () => import("faast:module");
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

/** The function's handler. */
export const handler: Handler = isChild
  ? () => Promise.reject(new Error("this process runs the user's module"))
  : createHandler(startIsolate);
