/** A world of regions, with accounts, names and addresses of its own. */
export interface Partition {
  /** As it stands in ARNs. */
  readonly name: "aws" | "aws-cn" | "aws-us-gov";
  /** Services are below it: `sqs.<region>.<suffix>`. */
  readonly dnsSuffix: string;
  /** Consoles are below it: `<region>.<domain>`. */
  readonly consoleDomain: string;
}

/** The partition of a region: AWS's own, China or the government's. */
export function partitionOf(region: string): Partition {
  if (region.startsWith("cn-")) {
    return {
      name: "aws-cn",
      dnsSuffix: "amazonaws.com.cn",
      consoleDomain: "console.amazonaws.cn",
    };
  }
  if (region.startsWith("us-gov-")) {
    return {
      name: "aws-us-gov",
      dnsSuffix: "amazonaws.com",
      consoleDomain: "console.amazonaws-us-gov.com",
    };
  }
  return { name: "aws", dnsSuffix: "amazonaws.com", consoleDomain: "console.aws.amazon.com" };
}
