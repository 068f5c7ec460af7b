import type { EncodedCall, Frame, Invocation } from "@faast/core/provider";
import { AwsDeployment } from "../dist/aws-deployment.js";
import { ControlQueues } from "../dist/control-queues.js";
import { AwsRequestError } from "../dist/infra/aws-failure.js";
import type { InvocationOutcome } from "../dist/invocation/invocation-outcome.js";
import type { JobInfrastructure } from "../dist/job-infrastructure.js";
import { ReplyRouter } from "../dist/reply-queue.js";
import { ResponseStreams } from "../dist/response-streams.js";

/** Milliseconds that an execution has to end in when its stream has been given up. */
const GRACE = 60_000;

/** What Lambda answers: it throws, or tells what came of the invocation. */
type Answer = () => Promise<InvocationOutcome>;

function failure(name: string, httpStatusCode?: number): AwsRequestError {
  const $metadata = { httpStatusCode };
  return new AwsRequestError("lambda:Invoke", Object.assign(new Error(name), { name, $metadata }));
}

const throttled: Answer = () =>
  Promise.resolve({ failure: { code: "throttled", message: "Rate exceeded" } });
const denied: Answer = () => Promise.reject(failure("AccessDeniedException", 403));
const cutOff: Answer = () => Promise.reject(failure("ECONNRESET"));
const fault: Answer = () => Promise.reject(failure("ServiceException", 500));

/** A deployment whose Lambda answers so, and what it has asked for. */
function deployed(mode: "https" | "queue", answer: Answer) {
  const made: string[] = [];
  const sent: string[] = [];
  const controlQueues = new ControlQueues(
    {
      create: (name) => {
        made.push(name);
        const route = { inlineLimit: 1000, blobs };
        return Promise.resolve({ name, url: name, route });
      },
      remove: () => Promise.resolve(),
      send: () => Promise.resolve(),
    },
    { most: 0, grace: GRACE },
  );
  const blobs = {
    put: () => Promise.resolve("name"),
    get: () => Promise.reject(new Error("unused")),
    discard: () => undefined,
  };
  const never = () => new Promise<string[]>((resolve) => setTimeout(resolve, 10, []));
  const router = new ReplyRouter({ receive: never }, blobs);
  const responseStreams = new ResponseStreams(
    { invoke: () => Promise.reject(failure("UnknownOperationException", 404)) },
    { silence: GRACE, grace: GRACE },
  );
  const infrastructure = {
    mode,
    controlQueues,
    responseStreams,
    blobs,
    queueInlineLimit: 1000,
    replies: () => Promise.resolve({ url: "replies", router }),
    invoke: (payload: string) => {
      sent.push(payload);
      return answer();
    },
    dispatch: async (payloadOf: (limit: number) => Promise<string>) => {
      sent.push(await payloadOf(1000));
      const outcome = await answer();
      return "failure" in outcome ? outcome.failure.code : undefined;
    },
  };
  const deployment = new AwsDeployment(infrastructure as unknown as JobInfrastructure, undefined);
  return { deployment, infrastructure, controlQueues, router, made, sent };
}

/** An attempt as the engine makes it: a failure ends it. */
function attempt(request: Partial<EncodedCall> = {}) {
  const over = new AbortController();
  const failures: string[] = [];
  const invocation: Invocation = {
    request: {
      call: "a",
      attempt: 0,
      functionName: "f",
      args: new Uint8Array(),
      timeout: 1000,
      stream: true,
      credit: 1,
      validate: true,
      ...request,
    },
    signal: over.signal,
    get over() {
      return over.signal.aborted;
    },
    receive: (_frame: Frame) => undefined,
    fail: (code) => {
      failures.push(code);
      over.abort();
    },
    defer: () => false,
    onControl: () => undefined,
  };
  return { invocation, failures, over };
}

/** Delivers, as the engine does: what cannot be delivered is over. */
async function deliver(
  deployment: AwsDeployment,
  { invocation, over }: ReturnType<typeof attempt>,
) {
  await deployment.invoke(invocation).catch(() => over.abort());
}

describe.each(["https", "queue"] as const)(
  "a stream that Lambda does not take, in %s mode",
  (mode) => {
    it.each([
      ["throttled", throttled],
      ["denied", denied],
    ])("lets go of its control queue at once: %s", async (_how, answer) => {
      const { deployment, made } = deployed(mode, answer);
      for (let i = 0; i < 3; i++) await deliver(deployment, attempt({ attempt: i }));
      expect(made).toEqual(["control-0"]);
    });

    it.each([
      ["cut off", cutOff],
      ["answered with the service's own fault", fault],
    ])("keeps its control queue where it may have begun all the same: %s", async (_how, answer) => {
      const { deployment, made } = deployed(mode, answer);
      for (let i = 0; i < 2; i++) await deliver(deployment, attempt({ attempt: i }));
      expect(made).toEqual(["control-0", "control-1"]);
    });
  },
);
