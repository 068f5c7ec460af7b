/** A statement of a policy of IAM's that an identity bears, so without `Principal`. */
export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, unknown>>;
}

/** A policy of IAM's. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly PolicyStatement[];
}

/** Where a policy is to hold. */
export interface PolicyScope {
  /** A region; `"*"`: every one. Default: `"*"`. */
  readonly region?: string | undefined;
  /** The twelve digits of an account; `"*"`: the one in which the policy is. Default: `"*"`. */
  readonly account?: string | undefined;
  /** Where there is no region that tells it: `"aws"`, `"aws-cn"`, `"aws-us-gov"`. Default: the region's. */
  readonly partition?: string | undefined;
}
