import type { InstallRequest, InstallResponse } from "../install-message.js";
import { install } from "./install.js";

/** What we use of Lambda's context. */
interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** The handler of the function that installs dependencies. */
export const handler = (
  request: InstallRequest,
  context: LambdaContext,
): Promise<InstallResponse> => install(request, context.getRemainingTimeInMillis());
