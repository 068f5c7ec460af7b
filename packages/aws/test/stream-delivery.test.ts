import type { EncodedCall, Frame, FunctionStats, Invocation } from "@faast/core/provider";
import { AwsDeployment } from "../dist/aws-deployment.js";
import { ControlQueues } from "../dist/control-queues.js";
import { Delivery } from "../dist/delivery.js";
import { AwsRequestError } from "../dist/infra/aws-failure.js";
import type { InvocationOutcome } from "../dist/invocation/invocation-outcome.js";
import type { JobInfrastructure } from "../dist/job-infrastructure.js";
import { ReplyRouter } from "../dist/reply-queue.js";
import { ResponseStreams } from "../dist/response-streams.js";
import { until } from "./modes.ts";

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
const refused: Answer = () => Promise.reject(failure("ECONNREFUSED"));
const fault: Answer = () => Promise.reject(failure("ServiceException", 500));

/** The attempts that a router would hand frames to. */
const deliveriesIn = (router: ReplyRouter) =>
  [
    ...(router as unknown as { waiting: ReadonlyMap<string, { invocation: Invocation }> }).waiting,
  ].map(([, { invocation }]) => invocation);
const waitingIn = (router: ReplyRouter) => deliveriesIn(router).length;

/** What a deployment counts as given up, and billed. */
const abandonedBy = (deployment: AwsDeployment) =>
  deployment
    .estimateCost({ invocations: 0, retries: 0 } as FunctionStats)
    .find(({ name }) => name === "abandonedInvocations")?.measured;

interface Terms {
  readonly streamGrace?: number;
  /** Stores what is too large; default: at once. */
  readonly put?: () => Promise<string>;
}

const routers: ReplyRouter[] = [];

afterEach(async () => {
  await Promise.all(routers.splice(0).map((router) => router.close()));
});

/** A deployment whose Lambda answers so, and what it has asked for. */
function deployed(mode: "https" | "queue", answer: Answer, terms: Terms = {}) {
  const { streamGrace = GRACE, put = () => Promise.resolve("name") } = terms;
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
    put,
    get: () => Promise.reject(new Error("unused")),
    discard: () => undefined,
  };
  const never = () => new Promise<string[]>((resolve) => setTimeout(resolve, 10, []));
  const router = new ReplyRouter({ receive: never }, blobs);
  routers.push(router);
  const responseStreams = new ResponseStreams(
    { invoke: () => Promise.reject(failure("UnknownOperationException", 404)) },
    { silence: GRACE, grace: GRACE },
  );
  const infrastructure = {
    mode,
    controlQueues,
    responseStreams,
    streamGrace,
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

    it.each([
      ["throttled", throttled],
      ["denied", denied],
      ["not reached", refused],
    ])("is forgotten at once: %s", async (_how, answer) => {
      const { deployment, router } = deployed(mode, answer);
      await deliver(deployment, attempt());
      expect(waitingIn(router)).toBe(0);
    });

    it("is forgotten when it has had time to end: cut off", async () => {
      const { deployment, router } = deployed(mode, cutOff, { streamGrace: 20 });
      await deliver(deployment, attempt());
      expect(waitingIn(router)).toBe(1);
      await until(() => waitingIn(router) === 0);
    });
  },
);

describe.each(["https", "queue"] as const)("what is given up on its way, in %s mode", (mode) => {
  const large = { args: new Uint8Array(8_000_000) };

  /** A deployment in which storing the arguments takes until one says so. */
  function storing() {
    let stored!: (name: string) => void;
    let begun = false;
    const put = () => {
      begun = true;
      return new Promise<string>((resolve) => (stored = resolve));
    };
    const made = deployed(mode, () => Promise.resolve({ payload: "{}" }), { put });
    return { ...made, begun: () => begun, store: () => stored("name") };
  }

  it.each([
    ["stream", true],
    ["plain call", false],
  ])("is not sent while its arguments are stored: a %s", async (_kind, stream) => {
    const { deployment, begun, store, sent } = storing();
    const { invocation, over } = attempt({ ...large, stream });
    const delivered = deployment.invoke(invocation);
    await until(begun);
    over.abort();
    store();
    await delivered;
    expect(sent).toEqual([]);
    expect(abandonedBy(deployment)).toBe(0);
  });

  it("lets go of its control queue at once, and is forgotten", async () => {
    const { deployment, begun, store, made, router } = storing();
    const first = attempt({ ...large, call: "first" });
    const delivered = deployment.invoke(first.invocation);
    await until(begun);
    first.over.abort();
    expect(waitingIn(router)).toBe(0);
    await deployment.invoke(attempt({ call: "second" }).invocation);
    expect(made).toEqual(["control-0"]);
    store();
    await delivered;
  });
});

describe.each(["https", "queue"] as const)("a plain call, in %s mode", (mode) => {
  it.each([
    ["denied", denied, 0],
    ["throttled", throttled, 0],
    ["not reached", refused, 0],
    ["cut off", cutOff, 1],
  ])("is billed if it may have begun: %s", async (_how, answer, count) => {
    const { deployment } = deployed(mode, answer);
    await deliver(deployment, attempt({ stream: false }));
    expect(abandonedBy(deployment)).toBe(count);
  });
});

describe("a stream that Lambda has delivered twice", () => {
  const frame = (run: string, type: "started" | "result"): Frame => ({
    call: "a",
    attempt: 0,
    sequence: type === "started" ? 0 : 1,
    item: 0,
    run,
    ...(type === "started"
      ? { type }
      : { type, value: new Uint8Array(), timing: { startedAt: 0, executionTime: 0 } }),
  });

  it.each([
    ["other", "while the followed one listens to it"],
    ["followed", "while the other may listen to it"],
  ])("keeps its control queue when the %s execution ends, %s", async (ends) => {
    const taken: Answer = () => Promise.resolve({ payload: "{}" });
    const { deployment, made, router } = deployed("queue", taken);
    await deployment.invoke(attempt().invocation);
    const [delivery] = deliveriesIn(router);
    delivery?.receive(frame("followed", "started"));
    delivery?.receive(frame("other", "started"));
    delivery?.receive(frame(ends, "result"));
    await deployment.invoke(attempt({ call: "second" }).invocation);
    expect(made).toEqual(["control-0", "control-1"]);
  });
});

it("an attempt that was given up is settled when its execution has failed", () => {
  const { invocation, over } = attempt();
  const delivery = new Delivery(invocation);
  let settled = 0;
  delivery.onceSettled(() => settled++);
  delivery.depart();
  over.abort();
  expect(settled).toBe(0);
  delivery.fail("exit", "it has ended");
  expect(settled).toBe(1);
});
