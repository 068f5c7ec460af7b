/** A region in which Lambda runs functions. */
export interface LambdaRegion {
  readonly name: string;
  readonly partition: "aws" | "aws-cn" | "aws-us-gov";
  /** An account has to enable it first: until then, requests there fail as if the credentials were wrong. */
  readonly optIn: boolean;
}

const usual = [
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-northeast-3",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ca-central-1",
  "eu-central-1",
  "eu-north-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "sa-east-1",
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
];

const optIn = [
  "af-south-1",
  "ap-east-1",
  "ap-east-2",
  "ap-south-2",
  "ap-southeast-3",
  "ap-southeast-4",
  "ap-southeast-5",
  "ap-southeast-6",
  "ap-southeast-7",
  "ca-west-1",
  "eu-central-2",
  "eu-south-1",
  "eu-south-2",
  "il-central-1",
  "me-central-1",
  "me-south-1",
  "mx-central-1",
];

/**
 * The regions with Lambda, where one is to look in all of them. A list, since to ask for it takes another
 * service and another permission; a region that is missing here can still be named.
 *
 * Source: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html, 2026-11.
 */
export const lambdaRegions: readonly LambdaRegion[] = [
  ...usual.map((name) => ({ name, partition: "aws", optIn: false }) as const),
  ...optIn.map((name) => ({ name, partition: "aws", optIn: true }) as const),
  { name: "cn-north-1", partition: "aws-cn", optIn: false },
  { name: "cn-northwest-1", partition: "aws-cn", optIn: false },
  { name: "us-gov-east-1", partition: "aws-us-gov", optIn: false },
  { name: "us-gov-west-1", partition: "aws-us-gov", optIn: false },
];

/** The regions of the world to which a region belongs, itself among them. */
export function regionsBeside(name: string): readonly string[] {
  const own = lambdaRegions.find((each) => each.name === name);
  if (own === undefined) return [name, ...names("aws")];
  return names(own.partition);
}

function names(partition: LambdaRegion["partition"]): string[] {
  return lambdaRegions.filter((each) => each.partition === partition).map(({ name }) => name);
}
