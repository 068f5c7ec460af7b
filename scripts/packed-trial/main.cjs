const { faast } = require("@faast/core");
const funcs = require("./functions.cjs");

async function main() {
  const m = await faast("local", funcs);
  try {
    console.log(await m.functions.hello("world"));
  } finally {
    await m.cleanup();
  }
}
void main();
