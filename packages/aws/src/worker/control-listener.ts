import type { ControlMessage } from "@faast/core/worker";
import { isOurs } from "../lambda-message.js";
import { sendMessage, takeMessages } from "./queue-client.js";

/** Seconds that one wait for control messages lasts: SQS's maximum. */
const WAIT = 20;

/** A message of a control queue. */
export interface ControlEnvelope {
  readonly faast: 1;
  /** Control messages in base64-free JSON: their values are base64. */
  readonly messages: readonly JsonControl[];
}

/** A control message as JSON. */
export type JsonControl = Omit<ControlMessage, "value"> & { readonly value?: string };

/** Hands the messages of a control queue on until it is closed. */
export class ControlListener {
  private readonly queueUrl: string;
  private readonly deliver: (message: ControlMessage) => void;
  private readonly loop: Promise<void>;
  private closed = false;

  constructor(queueUrl: string, deliver: (message: ControlMessage) => void) {
    this.queueUrl = queueUrl;
    this.deliver = deliver;
    this.loop = this.listen();
  }

  /**
   * Ends the listening. The wait that is under way is ended by a message and not by breaking it off: a
   * message that came just then would be lost for whoever uses the queue next.
   */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await sendMessage(this.queueUrl, JSON.stringify({ faast: 1, messages: [] }));
    await this.loop;
  }

  private async listen(): Promise<void> {
    while (!this.closed) {
      for (const { Body } of await takeMessages(this.queueUrl, WAIT)) {
        const envelope: unknown = JSON.parse(Body);
        if (!isOurs<ControlEnvelope>(envelope)) continue;
        for (const message of envelope.messages) this.deliver(controlOf(message));
      }
    }
  }
}

function controlOf(message: JsonControl): ControlMessage {
  const { value } = message;
  return (
    value === undefined ? message : { ...message, value: Buffer.from(value, "base64") }
  ) as ControlMessage;
}
