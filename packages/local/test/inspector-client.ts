import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { SourceMap, type SourceMapping } from "node:module";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";

/** What the protocol carries: its parts are as its own documentation says. */
interface Content {
  [name: string]: any; // eslint-disable-line @typescript-eslint/no-explicit-any
}

interface Message {
  id?: number;
  method?: string;
  params?: Content;
  result?: Content;
  error?: { message: string };
}

/** A script that has been loaded. */
export interface Script {
  url: string;
  sourceMapURL: string;
}

/** A place in generated code, from 0. */
export interface Place {
  lineNumber: number;
  columnNumber: number;
}

/** What a debugger is to an inspector: a client of its protocol, over a WebSocket. */
export class InspectorClient {
  private readonly socket: Socket;
  private buffer: Buffer;
  private ids = 0;
  private readonly answers = new Map<number, (message: Message) => void>();
  private readonly events: Message[] = [];
  private readonly waiting: { method: string; resolve: (params: Content) => void }[] = [];
  /** What scripts there are, in order. */
  readonly scripts: Script[] = [];

  private constructor(socket: Socket, head: Buffer) {
    this.socket = socket;
    this.buffer = head;
    socket.on("data", (chunk: Buffer) => {
      this.buffer = Buffer.concat([this.buffer, chunk]);
      this.read();
    });
    socket.on("error", () => undefined);
  }

  static connect(url: string): Promise<InspectorClient> {
    const { host, pathname } = new URL(url);
    return new Promise((resolve, reject) => {
      const opening = request(`http://${host}${pathname}`, {
        headers: {
          Connection: "Upgrade",
          Upgrade: "websocket",
          "Sec-WebSocket-Version": "13",
          "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
        },
      });
      opening.on("upgrade", (_response, socket, head) =>
        resolve(new InspectorClient(socket, head)),
      );
      opening.on("error", reject);
      opening.end();
    });
  }

  async send(method: string, params: object = {}): Promise<Content> {
    const id = ++this.ids;
    const answer = new Promise<Message>((resolve) => this.answers.set(id, resolve));
    this.write(JSON.stringify({ id, method, params }));
    const { error, result } = await answer;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  /** The next event of that name, or one that has come already. */
  event(method: string): Promise<Content> {
    const found = this.events.findIndex((each) => each.method === method);
    if (found >= 0) return Promise.resolve(this.events.splice(found, 1)[0]!.params ?? {});
    return new Promise((resolve) => this.waiting.push({ method, resolve }));
  }

  /** Sets a breakpoint in a file, by its own lines (from 0), as debuggers do: by way of the source map. */
  async breakAt(file: string, line: number): Promise<void> {
    for (const script of this.scripts) {
      const place = generatedPlace(script, file, line);
      if (place === undefined) continue;
      await this.send("Debugger.setBreakpointByUrl", { url: script.url, ...place });
      return;
    }
    throw new Error(`no script comes from ${file}`);
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(message: Message): void {
    if (message.id !== undefined) {
      this.answers.get(message.id)?.(message);
      return;
    }
    if (message.method === "Debugger.scriptParsed") this.scripts.push(message.params as Script);
    const at = this.waiting.findIndex((each) => each.method === message.method);
    if (at >= 0) this.waiting.splice(at, 1)[0]!.resolve(message.params ?? {});
    else this.events.push(message);
  }

  private read(): void {
    for (;;) {
      if (this.buffer.length < 2) return;
      let length = this.buffer[1]! & 0x7f;
      let start = 2;
      if (length === 126) {
        if (this.buffer.length < 4) return;
        length = this.buffer.readUInt16BE(2);
        start = 4;
      } else if (length === 127) {
        if (this.buffer.length < 10) return;
        length = Number(this.buffer.readBigUInt64BE(2));
        start = 10;
      }
      if (this.buffer.length < start + length) return;
      const isText = (this.buffer[0]! & 0x0f) === 1;
      const payload = this.buffer.subarray(start, start + length);
      this.buffer = this.buffer.subarray(start + length);
      if (isText) this.receive(JSON.parse(payload.toString()) as Message);
    }
  }

  private write(text: string): void {
    const payload = Buffer.from(text);
    const header = Buffer.alloc(payload.length < 126 ? 2 : 4);
    header[0] = 0x81;
    header[1] = 0x80 | (payload.length < 126 ? payload.length : 126);
    if (payload.length >= 126) header.writeUInt16BE(payload.length, 2);
    const mask = randomBytes(4);
    for (let i = 0; i < payload.length; i++) payload[i]! ^= mask[i % 4]!;
    this.socket.write(Buffer.concat([header, mask, payload]));
  }
}

/** The source map of a script, and the URLs of its sources, as a debugger resolves them. */
export function sourceMapOf(script: Script) {
  const url = new URL(script.sourceMapURL, script.url);
  const map = JSON.parse(readFileSync(fileURLToPath(url), "utf8"));
  const sources = (map.sources as string[]).map(
    (each) => new URL(`${map.sourceRoot ?? ""}${each}`, url).href,
  );
  return { map, sources };
}

function generatedPlace(script: Script, file: string, line: number): Place | undefined {
  if (!script.url.startsWith("file:") || script.sourceMapURL === "") return undefined;
  const { map, sources } = sourceMapOf(script);
  const index = sources.indexOf(file);
  if (index < 0) return undefined;
  const lines = readFileSync(fileURLToPath(script.url), "utf8").split("\n");
  const mapped = new SourceMap(map);
  for (const [lineNumber, text] of lines.entries()) {
    for (let columnNumber = 0; columnNumber < text.length; columnNumber++) {
      const entry = mapped.findEntry(lineNumber, columnNumber) as SourceMapping;
      if (entry.generatedLine !== lineNumber || entry.generatedColumn !== columnNumber) continue;
      if (entry.originalSource.endsWith(map.sources[index]) && entry.originalLine === line)
        return { lineNumber, columnNumber };
    }
  }
  return undefined;
}
