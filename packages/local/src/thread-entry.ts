import { serveThread, type ThreadStart } from "@faast/core/worker";

/** Called in the thread by piscina. */
export function serve(start: ThreadStart): void {
  serveThread(start, () => import("faast:module"));
}
