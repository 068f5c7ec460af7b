import { functionPages } from "./functions.js";
import { reasonToSkipRegion, type Places } from "./places.js";

/**
 * Looks for a function that has a role, in all regions: one may have been made since the role was listed.
 *
 * @returns the ARN of the first that is found.
 * @throws AwsRequestError where a region cannot be looked at: there may be one.
 */
export async function findRoleUser(
  places: Places,
  roleArn: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const names = await places.regions();
  const found = await Promise.all(
    names.map(async (name) => {
      const place = await places.in(name, signal);
      try {
        for await (const page of functionPages({ place, signal })) {
          const user = page.find(({ Role }) => Role === roleArn);
          if (user !== undefined) return user.FunctionArn;
        }
      } catch (error) {
        if (reasonToSkipRegion(error) !== "not enabled") throw error;
      }
      return undefined;
    }),
  );
  return found.find((each) => each !== undefined);
}
