const LINE_END = 10;

/** The lines of a response that comes in parts, cut without regard for them. */
export class ResponseLines {
  private parts: Uint8Array[] = [];

  /** @returns the lines that this part completes. */
  push(part: Uint8Array): string[] {
    const lines: string[] = [];
    let begin = 0;
    for (let end = part.indexOf(LINE_END); end >= 0; end = part.indexOf(LINE_END, begin)) {
      this.parts.push(part.subarray(begin, end));
      lines.push(this.take());
      begin = end + 1;
    }
    if (begin < part.byteLength) this.parts.push(part.subarray(begin));
    return lines;
  }

  /** @returns what stands after the last line end. */
  end(): string {
    return this.take();
  }

  private take(): string {
    const text = Buffer.concat(this.parts).toString();
    this.parts = [];
    return text;
  }
}
