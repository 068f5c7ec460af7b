import type { Writable } from "node:stream";
import type { LambdaResponse } from "../lambda-message.js";

/**
 * Bytes that a streamed response may have here. Lambda sends the first 6 MB as fast as it can and for nothing; what
 * follows is slowed down to 2 MB/s, is charged, and ends at 200 MB
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html).
 */
const LARGEST_BODY = 6_291_456;

/** Of which kept back for the lines that end it. */
const LAST_LINES = 1024;

/** A response that is sent while the function runs: a line for each message. */
export class ResponseBody {
  private readonly stream: Writable;
  private written = 0;

  constructor(stream: Writable) {
    this.stream = stream;
    // The caller has gone, or Lambda has: who waits for a line to be written learns it there.
    stream.on("error", () => undefined);
  }

  /** Whether there is room for a message beside those that end the response. */
  takes(message: string): boolean {
    return this.written + Buffer.byteLength(message) < LARGEST_BODY - LAST_LINES;
  }

  /** Resolves when the line has gone, so that lines which come meanwhile can go together. */
  write(message: string): Promise<void> {
    const line = Buffer.from(`${message}\n`);
    this.written += line.byteLength;
    return new Promise((resolve, reject) => {
      this.stream.write(line, (error) => (error == null ? resolve() : reject(error)));
    });
  }

  /** The last line; without a line end, so that a response of one line alone is plain JSON. */
  end(response: LambdaResponse | null): Promise<void> {
    return new Promise((resolve, reject) => {
      this.stream.once("error", reject);
      this.stream.end(JSON.stringify(response), resolve);
    });
  }
}
