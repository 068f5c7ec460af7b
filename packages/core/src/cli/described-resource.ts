import type { Lease, PlannedResource } from "@faast/gc";

/** A resource as programs read it. */
export interface DescribedResource {
  readonly kind: string;
  readonly id: string;
  readonly job: string | undefined;
  readonly cache: string | undefined;
  readonly owner: string | undefined;
  readonly created: string | undefined;
  readonly size: number | undefined;
  readonly monthlyCost: number | undefined;
}

/** What is known of a resource, for programs. */
export function describeResource({
  resource,
  mark,
}: Pick<PlannedResource, "resource" | "mark">): DescribedResource {
  const { kind, id, size, monthlyCost } = resource;
  return {
    kind,
    id,
    job: mark?.job,
    cache: mark?.cache,
    owner: mark?.owner,
    created: mark?.created.toISOString(),
    size,
    monthlyCost,
  };
}

/** Whether what a lease covers is in use, in a word. */
export function stateOf(lease: Lease | undefined): "alive" | "dead" | "unknown" {
  if (lease === undefined || lease.state === "unknown") return "unknown";
  return lease.state === "held" ? "alive" : "dead";
}
