import { readFileSync } from "node:fs";
import { callerPolicy, executionPolicy, type PolicyDocument } from "@faast/aws";

/** The block of the documentation that follows a heading. */
function documented(heading: string): unknown {
  const page = readFileSync(new URL("../../../docs/aws.md", import.meta.url), "utf8");
  const section = page.slice(page.indexOf(`### ${heading}\n`));
  return JSON.parse(/```json\n([^]*?)```/.exec(section)?.[1] ?? "");
}

/** The statements that permit an action, or concern it. */
const about = ({ Statement }: PolicyDocument, action: string) =>
  Statement.filter(({ Action }) => [Action].flat().includes(action));

describe("the policy of callers", () => {
  it("is what the documentation says", () => {
    expect(documented("What the caller may have to do")).toEqual(callerPolicy());
  });

  it("concerns what bears the name of a job, and nothing else", () => {
    for (const { Effect, Resource } of callerPolicy().Statement) {
      expect(Effect).toBe("Allow");
      for (const each of [Resource].flat()) expect(each).toContain("faast-");
    }
  });

  it("may be of one region and one account, of any partition", () => {
    const text = JSON.stringify(callerPolicy({ region: "cn-north-1", account: "123456789012" }));
    expect(text).toContain("arn:aws-cn:lambda:cn-north-1:123456789012:function:faast-*");
    expect(text).toContain("arn:aws-cn:iam::123456789012:role/faast-cached-lambda-role");
    expect(text).toContain("arn:aws-cn:s3:::faast-*");
    expect(text).not.toContain("arn:aws:");
    expect(JSON.stringify(callerPolicy({ partition: "aws-us-gov" }))).toContain(
      "arn:aws-us-gov:sqs:*:*:faast-*",
    );
  });

  it("lets who names a role use it, and make none", () => {
    const policy = callerPolicy({ RoleName: "ours" });
    const passing = about(policy, "iam:PassRole");
    expect(passing).toMatchObject([
      {
        Resource: "arn:aws:iam::*:role/ours",
        Condition: { StringEquals: { "iam:PassedToService": "lambda.amazonaws.com" } },
      },
    ]);
    expect(JSON.stringify(policy)).not.toMatch(/iam:(Create|Put|Attach|Tag)/);
  });

  it("has what administrators' functions and VPCs need only where there are some", () => {
    expect(JSON.stringify(callerPolicy())).not.toMatch(/AttachRolePolicy|ec2:/);
    expect(about(callerPolicy({ rolePolicy: "administrator" }), "iam:AttachRolePolicy")).toEqual([
      expect.objectContaining({
        Resource: "arn:aws:iam::*:role/faast-cached-lambda-role-administrator",
        Condition: {
          ArnEquals: { "iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess" },
        },
      }),
    ]);
    expect(about(callerPolicy({ vpc: true }), "ec2:DescribeSubnets")).toHaveLength(1);
  });
});

describe("the policy of functions", () => {
  it("is what the documentation says", () => {
    expect(documented("What the functions may do")).toEqual(executionPolicy());
  });

  it("lets Lambda make network interfaces for a VPC, and functions not", () => {
    const actions = about(executionPolicy({ vpc: true }), "ec2:CreateNetworkInterface");
    expect(actions.map(({ Effect }) => Effect)).toEqual(["Allow", "Deny"]);
    expect(actions[1]?.Condition).toEqual({
      ArnLike: { "lambda:SourceFunctionArn": "arn:aws:lambda:*:*:function:faast-*" },
    });
    expect(about(executionPolicy(), "ec2:CreateNetworkInterface")).toEqual([]);
  });
});
