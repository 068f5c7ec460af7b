import type { PolicyDocument } from "./policy-document.js";

/** What it takes to look at permissions and quotas before jobs are run. */
export const preflightPolicy: PolicyDocument = {
  Version: "2012-10-17",
  Statement: [
    {
      Sid: "Preflight",
      Effect: "Allow",
      Action: ["iam:GetRole", "iam:SimulatePrincipalPolicy", "lambda:GetAccountSettings"],
      Resource: "*",
    },
  ],
};
