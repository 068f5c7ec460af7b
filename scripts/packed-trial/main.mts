import { faast } from "@faast/core";
import "@faast/local";
import * as funcs from "./typed-functions.mjs";

async function main() {
  const m = await faast("local", funcs, { concurrency: 2 });
  try {
    const greeting: string = await m.functions.hello("world");
    console.log(greeting);
  } finally {
    await m.cleanup();
  }
}
void main();
