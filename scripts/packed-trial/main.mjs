import { faast } from "@faast/core";
import * as funcs from "./functions.mjs";

const m = await faast("local", funcs);
try {
  console.log(await m.functions.hello("world"));
} finally {
  await m.cleanup();
}
