import { PassThrough } from "node:stream";
import type { Frame, Invocation } from "@faast/core/provider";
import { Delivery } from "../dist/delivery.js";
import { AwsRequestError } from "../dist/infra/aws-failure.js";
import type { LambdaResponse } from "../dist/lambda-message.js";
import type { ResponseEvents } from "../dist/response-stream.js";
import { ResponseStreams, type ResponseService } from "../dist/response-streams.js";
import { caught, until } from "./modes.ts";

const limits = { silence: 60_000, grace: 60_000 };

/** An attempt, and what it is told. */
class Attempt implements Invocation {
  readonly controller = new AbortController();
  readonly signal = this.controller.signal;
  readonly frames: Frame[] = [];
  failure: string | undefined;
  readonly request = {
    call: "a",
    attempt: 0,
    functionName: "f",
    args: new Uint8Array(),
    timeout: 1000,
    stream: true,
    credit: 1,
    validate: true,
  };
  get over(): boolean {
    return this.signal.aborted;
  }
  receive(frame: Frame): void {
    this.frames.push(frame);
  }
  fail(code: string, message: string): void {
    this.failure ??= `${code}: ${message}`;
    this.controller.abort();
  }
  defer(): boolean {
    return false;
  }
  onControl(): void {
    // nothing goes up
  }
}

/** A response that the test makes, part by part. */
class Response implements ResponseService {
  private readonly events = new PassThrough({ objectMode: true });
  signal: AbortSignal | undefined;

  async invoke(_payload: string, signal: AbortSignal): Promise<ResponseEvents> {
    this.signal = signal;
    signal.addEventListener("abort", () => this.events.destroy(new Error("aborted")));
    return this.events as ResponseEvents;
  }
  send(message: object): void {
    this.events.write({ PayloadChunk: { Payload: Buffer.from(`${JSON.stringify(message)}\n`) } });
  }
  complete(error: object = {}): void {
    this.events.end({ InvokeComplete: error });
  }
  breakOff(): void {
    this.events.end();
  }
}

const hello = { faast: 1, frames: [], streaming: true };
const last = { faast: 1, frames: [] };

function refusal(name: string, httpStatusCode: number): Error {
  const error = Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });
  return new AwsRequestError("lambda:InvokeWithResponseStream", error);
}

function begin(streams: ResponseStreams, attempt = new Attempt()) {
  const delivery = new Delivery(attempt);
  const messages: LambdaResponse[] = [];
  const onMessage = (message: LambdaResponse) => void messages.push(message);
  const outcome = streams.invoke({ payload: "{}", delivery, onMessage });
  outcome.catch(() => undefined);
  return { attempt, delivery, messages, outcome };
}

describe("responses that are read while they are made", () => {
  it("give each line as it comes, and are known to do so when a later one has come later", async () => {
    const response = new Response();
    const streams = new ResponseStreams(response, limits);
    const { messages, outcome } = begin(streams);
    response.send(hello);
    await until(() => messages.length === 1);
    expect(streams).toMatchObject({ available: true, proven: false });
    await new Promise((resolve) => setTimeout(resolve, 150));
    response.send(last);
    await until(() => messages.length === 2);
    expect(streams.proven).toBe(true);
    response.complete();
    expect(await outcome).toBeUndefined();
  });

  it.each([
    ["UnknownOperationException", 404],
    ["InvalidParameterValueException", 400],
    ["NotImplemented", 501],
  ])("are not asked for again when the service refuses them: %s, %d", async (name, status) => {
    const invoke = () => Promise.reject(refusal(name, status));
    const streams = new ResponseStreams({ invoke }, limits);
    expect(await begin(streams).outcome).toBe("refused");
    expect(streams.available).toBe(false);
  });

  it("are asked for again when Lambda has too much to do", async () => {
    const invoke = () => Promise.reject(refusal("TooManyRequestsException", 429));
    const streams = new ResponseStreams({ invoke }, limits);
    expect(await begin(streams).outcome).toMatchObject({ code: "throttled" });
    expect(streams.available).toBe(true);
  });

  it("are not asked for at all when the call was given up before", async () => {
    let invoked = false;
    const invoke = () => {
      invoked = true;
      return Promise.reject(new Error("invoked"));
    };
    const attempt = new Attempt();
    attempt.controller.abort();
    const streams = new ResponseStreams({ invoke }, limits);
    expect(await begin(streams, attempt).outcome).toBeUndefined();
    expect(invoked).toBe(false);
  });

  it("fail where it is not known whether the call was delivered", async () => {
    const invoke = () => Promise.reject(refusal("ServiceException", 500));
    const streams = new ResponseStreams({ invoke }, limits);
    expect(await caught(begin(streams).outcome)).toMatchObject({ awsCode: "ServiceException" });
  });

  it("fail where they break off", async () => {
    const response = new Response();
    const { messages, outcome } = begin(new ResponseStreams(response, limits));
    response.send(hello);
    await until(() => messages.length === 1);
    response.breakOff();
    expect(await caught(outcome)).toMatchObject({ message: expect.stringContaining("broke off") });
  });

  it("are not asked for again when frames come by another way", async () => {
    const response = new Response();
    const streams = new ResponseStreams(response, limits);
    const { delivery, outcome } = begin(streams);
    delivery.receive({ type: "started", call: "a", attempt: 0, item: 0, sequence: 0 });
    expect(streams.available).toBe(false);
    response.complete();
    expect(await outcome).toBeUndefined();
  });

  it("are given up, and not asked for again, when nothing is heard", async () => {
    const response = new Response();
    const streams = new ResponseStreams(response, { ...limits, silence: 50 });
    const { attempt, outcome } = begin(streams);
    expect(await outcome).toBeUndefined();
    expect(attempt.failure).toMatch(/^lost: .*kept back/);
    expect(response.signal?.aborted).toBe(true);
    expect(streams.available).toBe(false);
  });

  it("are read on for a while when nobody waits for them any more", async () => {
    const response = new Response();
    const { attempt, messages, outcome } = begin(
      new ResponseStreams(response, { ...limits, grace: 200 }),
    );
    response.send(hello);
    attempt.controller.abort();
    response.send(last);
    await until(() => messages.length === 2);
    expect(response.signal?.aborted).toBe(false);
    expect(await outcome).toBeUndefined();
    expect(response.signal?.aborted).toBe(true);
  });

  it("end with the job", async () => {
    const response = new Response();
    const streams = new ResponseStreams(response, limits);
    const { attempt, messages, outcome } = begin(streams);
    response.send(hello);
    await until(() => messages.length === 1);
    attempt.controller.abort();
    streams.close();
    expect(await outcome).toBeUndefined();
  });

  it.each([
    ["Sandbox.Timedout", "Task timed out after 3.00 seconds", "timeout"],
    ["Runtime.OutOfMemory", '{"errorType":"Runtime.OutOfMemory","errorMessage":"out"}', "memory"],
    ["Runtime.ExitError", '{"errorMessage":"exit status 1"}', "exit"],
  ])("tell how the execution failed: %s", async (ErrorCode, ErrorDetails, code) => {
    const response = new Response();
    const { outcome } = begin(new ResponseStreams(response, limits));
    response.send(hello);
    response.complete({ ErrorCode, ErrorDetails });
    expect(await outcome).toEqual({ code, message: expect.stringContaining(ErrorCode) });
  });

  it("tell how it failed where the failure is the whole response", async () => {
    const response = new Response();
    const { outcome } = begin(new ResponseStreams(response, limits));
    response.send({ errorType: "Runtime.ExitError", errorMessage: "exit status 1" });
    response.complete();
    expect(await outcome).toMatchObject({ code: "exit" });
  });
});
