import type { PolicyStatement } from "./policy-document.js";

const isText = (value: unknown) => typeof value === "string" && value !== "";
const isTextOrList = (value: unknown) =>
  isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText));

const parts = {
  Sid: (value) => typeof value === "string" && /^[A-Za-z0-9]*$/.test(value),
  Effect: (value) => value === "Allow" || value === "Deny",
  Action: isTextOrList,
  NotAction: isTextOrList,
  Resource: isTextOrList,
  NotResource: isTextOrList,
  Condition: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
} as const satisfies Record<keyof PolicyStatement, (value: unknown) => boolean>;

/** Whether something is a statement as IAM takes it in a role's policy, as far as can be seen. */
export function isPolicyStatement(value: unknown): value is PolicyStatement {
  if (typeof value !== "object" || value === null) return false;
  const given = Object.entries(value).filter(([, each]) => each !== undefined);
  const names = new Set(given.map(([name]) => name));
  return (
    given.every(([name, each]) => Object.hasOwn(parts, name) && parts[name as "Sid"](each)) &&
    names.has("Effect") &&
    names.has("Action") !== names.has("NotAction") &&
    names.has("Resource") !== names.has("NotResource")
  );
}
