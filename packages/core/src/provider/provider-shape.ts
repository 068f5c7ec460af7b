import type { Provider } from "./contract.js";

/** Whether a value keeps the provider contract, as far as can be seen. */
export function isProvider(value: unknown): value is Provider {
  if (typeof value !== "object" || value === null) return false;
  const candidate = value as Partial<Provider>;
  return (
    typeof candidate.name === "string" &&
    typeof candidate.deploy === "function" &&
    typeof candidate.options === "object" &&
    candidate.options !== null
  );
}
