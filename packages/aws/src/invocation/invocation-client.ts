/** One invocation of a function. */
export interface InvocationRequest {
  readonly functionName: string;
  /** JSON. */
  readonly payload: string;
  /** Whether Lambda is to answer as soon as it has taken the payload. Default: when the function has ended. */
  readonly event?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** What Lambda answers to an invocation that it has taken. */
export interface LambdaAnswer {
  /** JSON; empty, where it was not waited for. */
  readonly payload: string;
  /** Set if the execution failed: the payload tells how. */
  readonly functionError: string | undefined;
}

/** Invokes functions. It tries nothing twice: that is the engine's to decide. */
export interface InvocationClient {
  /** @throws AwsRequestError if Lambda does not take it, or no answer comes; the reason of the signal. */
  invoke(request: InvocationRequest): Promise<LambdaAnswer>;
  /** Closes every connection. Invocations under way fail. */
  destroy(): void;
}
