import { checkEnvironment } from "../dist/function-environment.js";

describe("the variables of `env`", () => {
  it("may be any that Lambda takes", () => {
    expect(() => checkEnvironment({ MINE: "1", AWS_PROFILE: "x", a1: "" })).not.toThrow();
  });

  it("may be those with which Lambda's runtimes are set up", () => {
    const env = { AWS_LAMBDA_EXEC_WRAPPER: "/opt/otel-handler" };
    expect(() => checkEnvironment(env)).not.toThrow();
  });

  it.each([
    ["AWS_REGION", "Lambda sets it itself"],
    ["AWS_LAMBDA_FUNCTION_NAME", "Lambda sets it itself"],
    ["AWS_LAMBDA_RUNTIME_API", "Lambda sets it itself"],
    ["AWS_ENDPOINT_URL_SQS", "handler depends on it"],
    ["FAAST_HEAP_LIMIT", "handler depends on it"],
    ["1ST", "begin with a letter"],
    ["with-dash", "begin with a letter"],
  ])("are refused by name: %s", (name, reason) => {
    const check = () => checkEnvironment({ [name]: "x" });
    expect(check).toThrow(expect.objectContaining({ code: "FAAST_OPTIONS" }));
    expect(check).toThrow(`"${name}"`);
    expect(check).toThrow(reason);
  });

  it("are refused where they are more than Lambda takes", () => {
    expect(() => checkEnvironment({ LARGE: "ü".repeat(2100) })).toThrow(/4205 bytes.*4096/);
  });
});
