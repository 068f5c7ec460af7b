import { types } from "node:util";
import type { MessagePort } from "node:worker_threads";
import { lateWorkerThreads } from "../late-builtins.js";

/**
 * What goes along with a document within one process, as it is and not as bytes: memory that both sides
 * share, a port, or a buffer that is moved.
 */
export type Attachment = SharedArrayBuffer | MessagePort | ArrayBuffer;

/** What may be named in `transfer`: buffers are moved only then, ports in any case. */
export type Transferable = ArrayBuffer | MessagePort;

/** Gathers the attachments of one document. */
export class AttachmentList {
  readonly #transfer: readonly unknown[];
  #items: Attachment[] = [];

  /** @param transfer - buffers that are to be moved instead of copied, should they be met. */
  constructor(transfer: readonly Transferable[] = []) {
    this.#transfer = transfer;
  }

  /** What has been attached; undefined if nothing has. */
  get items(): readonly Attachment[] | undefined {
    return this.#items.length === 0 ? undefined : this.#items;
  }

  /** Whether something was moved, so that the document cannot be sent again. */
  get hasMoved(): boolean {
    return this.#items.some(isTransferable);
  }

  /** Whether an object is to be attached. */
  accepts(value: object): value is Attachment {
    if (isShared(value)) return true;
    return this.#transfer.includes(value) && types.isArrayBuffer(value) && !isDetached(value);
  }

  /** Attaches an object; gives its position. */
  add(value: Attachment): number {
    return this.#items.push(value) - 1;
  }

  /** Takes what is to be moved away from its owner, as posting it would. */
  move(): void {
    if (this.hasMoved)
      this.#items = structuredClone(this.#items, { transfer: transferablesOf(this.#items) });
  }
}

/** Those of the attachments that have to be moved when they are posted to another thread. */
export function transferablesOf(attachments: readonly Attachment[] = []): Transferable[] {
  return attachments.filter(isTransferable);
}

function isShared(value: object): boolean {
  return types.isSharedArrayBuffer(value) || value instanceof lateWorkerThreads().MessagePort;
}

/** Whether a buffer has been moved elsewhere. */
export function isDetached(buffer: ArrayBufferLike): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

function isTransferable(attachment: Attachment): attachment is Transferable {
  return !types.isSharedArrayBuffer(attachment);
}
