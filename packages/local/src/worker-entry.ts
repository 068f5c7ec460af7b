import { serveProcess } from "@faast/core/worker";

serveProcess(() => import("faast:module"), { staysAwake: true });
