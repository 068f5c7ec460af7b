import { StringDecoder } from "node:string_decoder";

/**
 * Puts a prefix before every line that this process, or thread, writes to its standard output and error.
 *
 * @param divert - takes what is written, in the place of the streams.
 */
export function prefixOutput(prefix: string, divert?: (text: string) => void): void {
  for (const stream of [process.stdout, process.stderr]) {
    // A character may be split over two writes.
    const decoder = new StringDecoder("utf8");
    let atLineStart = true;
    const write =
      divert === undefined
        ? (stream.write.bind(stream) as (...args: unknown[]) => boolean)
        : (text: unknown, ...callbacks: unknown[]) => {
            divert(text as string);
            for (const each of callbacks) process.nextTick(each as () => void);
            return true;
          };
    stream.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
      const [encoding] = rest;
      const bytes =
        typeof chunk === "string"
          ? Buffer.from(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8")
          : Buffer.from(chunk);
      const text = decoder.write(bytes);
      const callback = rest.filter((each) => typeof each === "function");
      if (text === "") return write("", ...callback);
      const endsLine = text.endsWith("\n");
      const lines = (endsLine ? text.slice(0, -1) : text).replaceAll("\n", `\n${prefix}`);
      const line = `${atLineStart ? prefix : ""}${lines}${endsLine ? "\n" : ""}`;
      atLineStart = endsLine;
      return write(line, ...callback);
    };
  }
}
