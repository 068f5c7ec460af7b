// A third party's provider, outside the workspace, under the suite that every provider passes.
import { after, before, describe, it } from "node:test";
import { conformanceSuite } from "@faast/core/conformance";
import { provider } from "./third-party/provider.js";

conformanceSuite(
  { describe, it, beforeAll: before, afterAll: after },
  { name: "a third party's provider", provider },
);
