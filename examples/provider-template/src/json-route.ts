import type { PayloadRoute } from "@faast/core/worker";

/** How payloads go by HTTP, which carries any size: nothing needs to go another way. */
export const route: PayloadRoute = {
  inlineLimit: Infinity,
  blobs: {
    put: () => Promise.reject(new Error("nothing is too large")),
    get: (name) => Promise.reject(new Error(`there is no blob ${name}`)),
  },
};
