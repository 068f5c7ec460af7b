import { cloudEnvironment, type CloudLimits } from "./cloud-limits.js";

/** The environment variables of a worker process that is started now. */
export function workerEnvironment(
  own: Readonly<Record<string, string>>,
  cloud: CloudLimits | undefined,
): NodeJS.ProcessEnv {
  const inherited = cloud?.ownEnvironment === true ? cloudEnvironment(process.env) : process.env;
  return { ...inherited, ...own };
}
