// What the live tests run in Lambda.
const started = Date.now();

export function hello(name: string): string {
  return `hello ${name}`;
}
export function echo<T>(value: T): T {
  return value;
}
/** Milliseconds since this process was started. */
export function age(): number {
  return Date.now() - started;
}
export async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
export function spin(): never {
  for (;;);
}
export function exit(): never {
  process.exit(1);
}
/** Takes memory beside the JavaScript heap. */
export function fill(megabytes: number): number {
  const blocks: Buffer[] = [];
  while (blocks.length < megabytes) blocks.push(Buffer.alloc(1_048_576, 1));
  return blocks.length;
}
export function bytes(length: number): Uint8Array {
  return new Uint8Array(length).fill(7);
}
/** When each item was made. */
export async function* paced(count: number, ms: number): AsyncGenerator<number> {
  for (let i = 0; i < count; i++) {
    yield Date.now();
    await sleep(ms);
  }
}
