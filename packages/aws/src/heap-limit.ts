import type { AwsOptions } from "./aws-options.js";

/**
 * MB that the handler, and the child process beside its heap, take: 115 measured in queue mode (see
 * docs/decisions/0003-lambda-supervisor.md), and V8's space for young objects.
 */
const BESIDE_HEAP = 192;

/**
 * MB for the child process's heap. It must be exhausted before the memory of the environment is: Lambda
 * would end the handler along with it, and nobody could tell why.
 */
export function heapLimit(
  options: Pick<Required<AwsOptions>, "childProcessMemoryMb" | "memorySize">,
): number {
  const { childProcessMemoryMb, memorySize } = options;
  if (childProcessMemoryMb > 0) return childProcessMemoryMb;
  return Math.floor(Math.max(memorySize - BESIDE_HEAP, memorySize / 2));
}
