import { serveProcess } from "@faast/core/worker";

// Bundled with the user's module; runs in the processes that the server starts.
serveProcess(() => import("faast:module"));
