/** The parts of an ARN. */
export interface Arn {
  /** `"aws"`, `"aws-cn"`, `"aws-us-gov"`. */
  readonly partition: string;
  readonly service: string;
  /** Empty where a service has none. */
  readonly region: string;
  /** Empty where names are unique in the world. */
  readonly account: string;
  /** All that follows, as in `function:faast-1`. */
  readonly resource: string;
}

/**
 * Takes an ARN apart.
 *
 * @throws Error if it is none.
 */
export function parseArn(text: string): Arn {
  const [prefix, partition, service, region, account, ...rest] = text.split(":");
  if (prefix !== "arn" || !partition || !service || rest.length === 0)
    throw new Error(`"${text}" is not an ARN`);
  return {
    partition,
    service,
    region: region ?? "",
    account: account ?? "",
    resource: rest.join(":"),
  };
}

/** What follows the last `:` or `/`: a name. */
export function arnName(text: string): string {
  return text.slice(Math.max(text.lastIndexOf(":"), text.lastIndexOf("/")) + 1);
}
