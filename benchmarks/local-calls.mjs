// The local provider against a bare fork: see README.md beside this file.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const rounds = Number(process.env.ROUNDS ?? 5);
const sides = ["faast", "fork"];
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

for (const concurrency of [2, 10]) {
  const results = { faast: [], fork: [] };
  for (let round = 0; round < rounds; round++) {
    for (const side of sides) {
      const program = fileURLToPath(new URL(`./fixtures/${side}-round.mjs`, import.meta.url));
      const output = execFileSync(process.execPath, [program, String(concurrency)], {
        encoding: "utf8",
      });
      results[side].push(JSON.parse(output));
    }
  }
  console.log(
    `\nconcurrency ${concurrency}: time of @faast/local / time of a bare fork, median of ${rounds} rounds`,
  );
  for (const name of Object.keys(results.faast[0])) {
    const ratio = median(results.faast.map((each, i) => each[name] / results.fork[i][name]));
    const time = median(results.faast.map((each) => each[name]));
    console.log(`  ${name.padEnd(40)} ${ratio.toFixed(2).padStart(6)}   (${time.toFixed(0)} ms)`);
  }
}
