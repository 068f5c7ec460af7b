import { conformanceSuite } from "@faast/core/conformance";
import { provider } from "@faast/aws";
import { lambdaRefusal, startProxy, type FalseAnswer } from "./emulator-proxy.ts";
import { useEmulator } from "./emulator.ts";
import { CACHED_ROLE, resourcesOf } from "./leftovers.ts";
import { modes } from "./modes.ts";

const emulator = useEmulator();
Object.assign(process.env, emulator.env);

let refusal: FalseAnswer | undefined;
let proxy: Awaited<ReturnType<typeof startProxy>>;
beforeAll(async () => {
  proxy = await startProxy(emulator.endpoint, ({ method, url = "" }) =>
    method === "DELETE" && url.includes("/functions/") ? refusal : undefined,
  );
  process.env.AWS_ENDPOINT_URL_LAMBDA = proxy.endpoint;
});
afterAll(() => proxy.stop());

// Notifications start the same functions in another way: npm run test:full.
const tried = process.env.FAAST_TEST_FULL ? modes : modes.slice(0, 2);

for (const [name, options] of tried) {
  conformanceSuite(
    { describe, it, beforeAll, afterAll },
    {
      name: `aws, ${name}`,
      provider,
      options,
      concurrency: options.queueDispatch === "sns" ? 15 : 50,
      leftovers: async () => (await resourcesOf(emulator)).filter((each) => each !== CACHED_ROLE),
      failingDeployments: [
        {
          by: "a role that does not exist",
          options: { RoleName: "no-such-role" },
          message: /no-such-role/,
        },
      ],
      breakCleanup: async () => {
        refusal = lambdaRefusal("AccessDeniedException", "not for you", 403);
        return async () => {
          refusal = undefined;
        };
      },
    },
  );
}
