/** Puts a prefix before every line that this process writes to its standard output and error. */
export function prefixOutput(prefix: string): void {
  for (const stream of [process.stdout, process.stderr]) {
    let atLineStart = true;
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    stream.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
      const [encoding] = rest;
      const text =
        typeof chunk === "string" && (typeof encoding !== "string" || /^utf-?8$/i.test(encoding))
          ? chunk
          : Buffer.from(chunk as string, encoding as BufferEncoding).toString();
      if (text === "") return write(chunk, ...rest);
      const endsLine = text.endsWith("\n");
      const lines = (endsLine ? text.slice(0, -1) : text).replaceAll("\n", `\n${prefix}`);
      const line = `${atLineStart ? prefix : ""}${lines}${endsLine ? "\n" : ""}`;
      atLineStart = endsLine;
      return write(line, ...rest.filter((each) => typeof each === "function"));
    };
  }
}
