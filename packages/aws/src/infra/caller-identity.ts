import { awsRequest } from "./aws-failure.js";
import type { AwsScope } from "./clients.js";

/** Whose credentials are in use. */
export interface CallerIdentity {
  /** The twelve digits of the account. */
  readonly account: string;
  readonly arn: string;
  /** What the service took for the time when it answered, to the second; undefined if it did not say. */
  readonly serverTime: Date | undefined;
}

/** As much of an HTTP response as is looked at. */
interface ResponseHead {
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/**
 * Asks whose credentials are in use, which everybody may.
 *
 * @throws {@link AwsRequestError} where there are none, or they are not accepted.
 */
export async function callerIdentity({ clients, signal }: AwsScope): Promise<CallerIdentity> {
  const [sts, { GetCallerIdentityCommand }] = await Promise.all([
    clients.sts(),
    import("@aws-sdk/client-sts"),
  ]);
  const command = new GetCallerIdentityCommand({});
  let date: string | undefined;
  // The SDK's answers do not have it.
  command.middlewareStack.add(
    (next) => async (request) => {
      const result = await next(request);
      date = (result.response as ResponseHead | undefined)?.headers?.["date"];
      return result;
    },
    { step: "deserialize", name: "faastServerTime" },
  );
  const { Account: account = "", Arn: arn = "" } = await awsRequest(
    "sts:GetCallerIdentity",
    { signal },
    (options) => sts.send(command, options),
  );
  const time = date === undefined ? NaN : Date.parse(date);
  return { account, arn, serverTime: Number.isNaN(time) ? undefined : new Date(time) };
}
