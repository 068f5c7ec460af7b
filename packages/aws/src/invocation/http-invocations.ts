import { types } from "node:util";
import type { InvokeCommand, Lambda } from "@aws-sdk/client-lambda";
import type { Agent, Dispatcher } from "undici";
import { hasAwsCode } from "../infra/aws-failure.js";
import type { InvocationClient, InvocationRequest, LambdaAnswer } from "./invocation-client.js";
import { refusalError, silenceError } from "./invoke-failure.js";
import { requestForm, type RequestForm } from "./request-form.js";
import { ServiceClock } from "./service-clock.js";

/** Milliseconds for a connection to be made, in the midst of a thousand others. */
const CONNECT_TIME = 30_000;
/**
 * Milliseconds that a free connection is kept. One that the server closes first, just as it is taken, costs
 * an attempt: less than the minute after which clients of AWS usually let go.
 */
const KEEP_TIME = 50_000;
/** Milliseconds for Lambda to take what is not waited for. */
const EVENT_TIME = 60_000;

/** How AWS says that it does not believe the time of a request. */
const clockCodes = [
  "InvalidSignatureException",
  "RequestExpired",
  "RequestTimeTooSkewed",
  "SignatureDoesNotMatch",
];

const OPERATION = "lambda:Invoke";

/** How many connections there may be, and how long they wait for an answer. */
export interface HttpLimits {
  readonly connections: number;
  /** Milliseconds until an invocation has surely ended. */
  readonly patience: number;
}

/** A client of the SDK that is asked what requests are like, and the HTTP client that sends them. */
export interface HttpParts {
  readonly lambda: Lambda;
  readonly agent: Agent;
  readonly InvokeCommand: typeof InvokeCommand;
}

/**
 * Makes a client that sends requests as the SDK would make them, but by itself: for each, the SDK takes four
 * times the processor time.
 *
 * @param lambda - is destroyed with it.
 */
export async function httpInvocations(
  lambda: Lambda,
  limits: HttpLimits,
): Promise<InvocationClient> {
  const [{ Agent }, { InvokeCommand }] = await Promise.all([
    import("undici"),
    import("@aws-sdk/client-lambda"),
  ]);
  const agent = new Agent({
    connections: limits.connections,
    keepAliveTimeout: KEEP_TIME,
    connect: { timeout: CONNECT_TIME },
  });
  return new HttpInvocations({ lambda, agent, InvokeCommand }, limits);
}

/** Each connection carries one invocation at a time; free ones are kept and used first. */
class HttpInvocations implements InvocationClient {
  private readonly parts: HttpParts;
  private readonly patience: number;
  private readonly clock: ServiceClock;
  /** By kind and function. */
  private readonly forms = new Map<string, Promise<RequestForm>>();

  constructor(parts: HttpParts, { patience }: HttpLimits) {
    this.parts = parts;
    this.patience = patience;
    this.clock = new ServiceClock(parts.lambda.config);
  }

  async invoke({ functionName, payload, event = false, signal }: InvocationRequest) {
    const patience = event ? EVENT_TIME : this.patience;
    try {
      const form = await this.formOf(functionName, event);
      return await this.exchange({ form, body: Buffer.from(payload), patience, signal });
    } catch (error) {
      signal?.throwIfAborted();
      if (!types.isNativeError(error) || "operation" in error) throw error;
      throw silenceError(OPERATION, error, patience);
    }
  }

  destroy(): void {
    this.parts.lambda.destroy();
    this.parts.agent.destroy().catch(() => undefined);
  }

  /** Sends, and once more if it was refused for the time it bears: nothing has been run then. */
  private async exchange(sending: Sending): Promise<LambdaAnswer> {
    for (let isRepeated = false; ; isRepeated = true) {
      const signedAt = this.clock.now();
      const { statusCode, headers, body } = await this.send(sending, signedAt);
      const text = await body.text();
      if (statusCode < 300) {
        return {
          payload: text,
          functionError: headers["x-amz-function-error"] as string | undefined,
        };
      }
      const refusal = refusalError(OPERATION, { statusCode, headers, body: text });
      const date = headers.date;
      if (isRepeated || !hasAwsCode(refusal, ...clockCodes) || typeof date !== "string")
        throw refusal;
      if (!(await this.clock.correct(date, signedAt))) throw refusal;
    }
  }

  /** Gives the answer as it comes: who wants it piece by piece reads its `body`, a stream. */
  private async send(sending: Sending, now: Date): Promise<Dispatcher.ResponseData> {
    const { form, body, patience, signal } = sending;
    const headers = await form.sign(body, now);
    signal?.throwIfAborted();
    return this.parts.agent.request({
      origin: form.origin,
      path: form.path,
      method: "POST",
      headers,
      body,
      headersTimeout: patience,
      bodyTimeout: patience,
      ...(signal === undefined ? {} : { signal }),
    });
  }

  private formOf(functionName: string, event: boolean): Promise<RequestForm> {
    const key = `${event} ${functionName}`;
    const { lambda, InvokeCommand } = this.parts;
    let form = this.forms.get(key);
    if (form === undefined) {
      const InvocationType = event ? "Event" : "RequestResponse";
      const command = new InvokeCommand({ FunctionName: functionName, InvocationType });
      form = requestForm(lambda, command);
      this.forms.set(key, form);
      form.catch(() => this.forms.delete(key)); // the next one asks again
    }
    return form;
  }
}

/** A request on its way. */
interface Sending {
  readonly form: RequestForm;
  readonly body: Uint8Array;
  readonly patience: number;
  readonly signal: AbortSignal | undefined;
}
