/** The way from a value to a part of it: a property, or what makes the part's expression. */
export type Step = string | number | symbol | ((path: string) => string);

/** Longer paths are cut: what is a thousand levels deep is not found by reading all of them. */
const LONGEST = 400;

const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** The path as an expression, such as `args[0].users.get("k")["odd key"]`. */
export function renderPath(root: string, steps: readonly Step[]): string {
  const shown = steps.slice(0, LONGEST / 4);
  const path = shown.reduce<string>((base, step) => {
    if (typeof step === "function") return step(base);
    if (typeof step === "string") {
      return identifier.test(step) ? `${base}.${step}` : `${base}[${JSON.stringify(step)}]`;
    }
    return `${base}[${String(step)}]`;
  }, root);
  return shown.length < steps.length ? `${path}…` : path;
}
