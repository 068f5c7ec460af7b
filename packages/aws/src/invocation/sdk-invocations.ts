import { types } from "node:util";
import type { Lambda } from "@aws-sdk/client-lambda";
import { AwsRequestError } from "../infra/aws-failure.js";
import type { InvocationClient, InvocationRequest, LambdaAnswer } from "./invocation-client.js";

/** Invokes by the SDK's own client, for who has told it how requests are to be sent, or to be logged. */
export class SdkInvocations implements InvocationClient {
  private readonly lambda: Lambda;

  constructor(lambda: Lambda) {
    this.lambda = lambda;
  }

  async invoke(request: InvocationRequest): Promise<LambdaAnswer> {
    const { functionName, payload, event = false, signal } = request;
    try {
      const { Payload, FunctionError } = await this.lambda.invoke(
        {
          FunctionName: functionName,
          InvocationType: event ? "Event" : "RequestResponse",
          Payload: payload,
        },
        signal === undefined ? {} : { abortSignal: signal },
      );
      return { payload: Buffer.from(Payload ?? []).toString(), functionError: FunctionError };
    } catch (error) {
      signal?.throwIfAborted();
      throw types.isNativeError(error) ? new AwsRequestError("lambda:Invoke", error) : error;
    }
  }

  destroy(): void {
    this.lambda.destroy();
  }
}
