/** Lambda, and nobody else, may run with the role. */
export const trustPolicy = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: "lambda.amazonaws.com" },
      Action: "sts:AssumeRole",
    },
  ],
};

/**
 * All that a function of a job does in the account, on resources that bear the name of a job.
 *
 * Log groups are not among what it may create: the job makes its own, with an expiry, and once the job
 * has removed it, a late line of a function must not bring it back.
 */
export function functionPolicy(region: string) {
  const arn = `arn:${partitionOf(region)}`;
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Logs",
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: `${arn}:logs:*:*:log-group:/aws/lambda/faast-*`,
      },
      {
        Sid: "Queues",
        Effect: "Allow",
        Action: [
          "sqs:SendMessage",
          "sqs:ReceiveMessage",
          "sqs:DeleteMessage",
          "sqs:GetQueueAttributes",
        ],
        Resource: `${arn}:sqs:*:*:faast-*`,
      },
      {
        Sid: "Objects",
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
        Resource: `${arn}:s3:::faast-*/*`,
      },
      {
        // A result that is too large for a message is the first to need the job's bucket.
        Sid: "Bucket",
        Effect: "Allow",
        Action: ["s3:CreateBucket"],
        Resource: `${arn}:s3:::faast-*`,
      },
    ],
  };
}

/** China and the government's regions are worlds of their own. */
function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  if (region.startsWith("us-gov-")) return "aws-us-gov";
  return "aws";
}
