import type { ContextEntry, EvaluationResult } from "@aws-sdk/client-iam";
import { awsRequest } from "../infra/aws-failure.js";
import type { AwsScope } from "../infra/clients.js";
import { pages } from "../leftovers/pages.js";

/** What a policy permits, as far as that is to be tried. */
export interface Permission {
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, unknown>>;
}

/** As whom, and where. */
export interface SimulationPlace {
  /** The ARN of a user or a role. */
  readonly principal: string;
  readonly account: string;
  readonly region: string;
}

/** A name as those of jobs are. */
const SOME_NAME = "00000000-0000-4000-8000-000000000000";

/**
 * Asks IAM which of some permissions an identity does not have. It does nothing of what they permit.
 *
 * @returns the names of the actions.
 * @throws AwsRequestError where that may not be asked (`iam:SimulatePrincipalPolicy`).
 */
export async function missingActions(
  scope: AwsScope,
  place: SimulationPlace,
  permissions: readonly Permission[],
): Promise<string[]> {
  const missing = new Set<string>();
  for (const permission of permissions) {
    for (const { EvalActionName = "", EvalDecision } of await simulate(scope, place, permission))
      if (EvalDecision !== "allowed") missing.add(EvalActionName);
  }
  return [...missing].sort();
}

/** The names of the actions in some permissions. */
export function actionsOf(permissions: readonly Permission[]): string[] {
  return [...new Set(permissions.flatMap(({ Action }) => list(Action)))].sort();
}

async function simulate(
  { clients, signal }: AwsScope,
  place: SimulationPlace,
  { Action, Resource, Condition }: Permission,
): Promise<EvaluationResult[]> {
  const iam = await clients.iam();
  const resources = list(Resource).filter((each) => each !== "*");
  const found = pages<EvaluationResult>(async (Marker) => {
    const page = await awsRequest("iam:SimulatePrincipalPolicy", { signal }, (options) =>
      iam.simulatePrincipalPolicy(
        {
          PolicySourceArn: place.principal,
          ActionNames: list(Action),
          ...(resources.length === 0
            ? {}
            : { ResourceArns: resources.map((each) => example(each, place)) }),
          ContextEntries: contextOf(Condition),
          Marker,
        },
        options,
      ),
    );
    return { items: page.EvaluationResults, next: page.IsTruncated ? page.Marker : undefined };
  });
  const results: EvaluationResult[] = [];
  for await (const page of found) results.push(...page);
  return results;
}

/** An ARN that is one of those that a pattern stands for. */
function example(pattern: string, { account, region }: SimulationPlace): string {
  const [arn, partition, service, ...rest] = pattern.split(":");
  const [ownRegion = "", ownAccount = "", ...resource] = rest;
  const parts = [
    arn,
    partition === "*" ? "aws" : partition,
    service,
    ownRegion.replace("*", region),
    ownAccount.replace("*", account),
    resource.join(":").replaceAll("*", SOME_NAME),
  ];
  return parts.join(":");
}

/** A request that fulfils the conditions. */
function contextOf(condition: Permission["Condition"] = {}): ContextEntry[] {
  return Object.values(condition).flatMap((keys) =>
    Object.entries(keys as Record<string, string | readonly string[]>).map(([key, values]) => ({
      ContextKeyName: key,
      ContextKeyType: "string" as const,
      ContextKeyValues: list(values),
    })),
  );
}

function list(value: string | readonly string[] = []): string[] {
  return typeof value === "string" ? [value] : [...value];
}
