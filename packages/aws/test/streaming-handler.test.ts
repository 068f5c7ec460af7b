import { PassThrough, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import type { LambdaResponse } from "../dist/lambda-message.js";
import type { Answer, LambdaContext } from "../dist/worker/handler.js";
import { ResponseBody } from "../dist/worker/response-body.js";
import { streamedReplies } from "../dist/worker/streamed-replies.js";
import { streamedHandler, type StreamingHandler } from "../dist/worker/streamed-response.js";

const context: LambdaContext = { awsRequestId: "1", getRemainingTimeInMillis: () => 1000 };
const answerOf = (response: LambdaResponse | undefined): Answer => {
  return (_event, _context, body) =>
    (body?.write("line") ?? Promise.resolve()).then(() => response);
};

describe("the handler of functions that may stream", () => {
  const lambda = globalThis as { awslambda?: object };
  afterEach(() => delete lambda.awslambda);

  it("is the plain one where the runtime cannot stream, whatever else it passes", async () => {
    const handler = streamedHandler(answerOf({ faast: 1, frames: [] })) as Answer;
    const callback = new ResponseBody(new PassThrough());
    expect(handler).toHaveLength(2);
    expect(await handler({}, context, callback)).toEqual({ faast: 1, frames: [] });
  });

  it.each([
    [
      { faast: 1, frames: [], needsStream: true } as const,
      'line\n{"faast":1,"frames":[],"needsStream":true}',
    ],
    [undefined, "line\nnull"],
  ])("streams what is answered, and ends with the answer", async (response, expected) => {
    lambda.awslambda = { streamifyResponse: (handler: StreamingHandler) => handler };
    const handler = streamedHandler(answerOf(response)) as StreamingHandler;
    const stream = new PassThrough();
    const sent = text(stream);
    await handler({}, stream, context);
    expect(await sent).toBe(expected);
  });

  it("fails with its answer, so that the runtime tells it", async () => {
    lambda.awslambda = { streamifyResponse: (handler: StreamingHandler) => handler };
    const handler = streamedHandler(() => Promise.reject(new Error("no answer")));
    await expect((handler as StreamingHandler)({}, new PassThrough(), context)).rejects.toThrow(
      "no answer",
    );
  });
});

describe("replies by the response", () => {
  it("begin with a line that says so, and go on by the queue when the response has had its share", async () => {
    const stream = new PassThrough();
    const sent = text(stream);
    const queued: string[] = [];
    const body = new ResponseBody(stream);
    const deliver = streamedReplies(body, async (message) => void queued.push(message));
    const message = JSON.stringify("é".repeat(500_000));
    for (let i = 0; i < 10; i++) await deliver(message);
    await deliver('"small"');
    await body.end(null);
    const lines = (await sent).split("\n").map((line) => JSON.parse(line) as unknown);
    expect(Buffer.byteLength(await sent)).toBeLessThanOrEqual(6_291_456);
    expect(lines[0]).toEqual({ faast: 1, frames: [], streaming: true });
    expect(lines.slice(1, 7)).toEqual(Array(6).fill("é".repeat(500_000)));
    expect(lines.slice(7)).toEqual([{ faast: 1, frames: [], restByQueue: true }, null]);
    expect(queued).toEqual([message, message, message, message, '"small"']);
  });

  it("fail where the response cannot be written", async () => {
    const stream = new Writable({
      write: (_chunk, _encoding, done) => done(new Error("the connection is gone")),
    });
    const deliver = streamedReplies(new ResponseBody(stream), () => Promise.resolve());
    await expect(deliver("{}")).rejects.toThrow();
    expect(stream.destroyed).toBe(true);
  });
});
