import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startEmulator } from "../../../scripts/aws-emulator.mjs";
import { createAwsClients } from "../dist/infra/clients.js";
import { createQueue } from "../dist/infra/queue.js";
import { useEmulator } from "./emulator.ts";
import { resourcesOf } from "./leftovers.ts";

const script = fileURLToPath(new URL("../../../scripts/aws-emulator.mjs", import.meta.url));

const isHealthy = (endpoint: string) =>
  fetch(`${endpoint}/_ministack/health`).then(
    ({ ok }) => ok,
    () => false,
  );

/** Runs the script by hand; gives what it has printed once it serves, or has ended. */
async function runScript(env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [script], { env });
  let output = "";
  const ended = once(child, "close");
  const serving = new Promise<void>((resolve) => {
    const read = (chunk: Buffer) => {
      output += String(chunk);
      if (output.includes("AWS_SECRET_ACCESS_KEY")) resolve();
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
  });
  await Promise.race([serving, ended]);
  return { child, ended, output };
}

describe("the AWS emulator", () => {
  it("keeps accounts apart", async () => {
    const [one, other] = [useEmulator(), useEmulator()];
    const clients = await createAwsClients(one);
    await createQueue({ clients }, { name: "faast-mine" });
    clients.destroy();
    expect(await resourcesOf(one)).toEqual(["queue faast-mine"]);
    expect(await resourcesOf(other)).toEqual([]);
  });

  it("prints what to put into the environment, and ends on Ctrl-C", async () => {
    const { child, ended, output } = await runScript(process.env);
    const endpoint = /export AWS_ENDPOINT_URL=(\S+)/.exec(output)?.[1] ?? "none";
    expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await isHealthy(endpoint)).toBe(true);
    child.kill("SIGINT");
    expect(await ended).toEqual([0, null]);
    expect(await isHealthy(endpoint)).toBe(false);
  });

  it("ends when whoever started it is killed", async () => {
    const { child, ended, output } = await runScript(process.env);
    const endpoint = /export AWS_ENDPOINT_URL=(\S+)/.exec(output)?.[1] ?? "none";
    child.kill("SIGKILL");
    await ended;
    while (await isHealthy(endpoint)) await new Promise((resolve) => setTimeout(resolve, 50));
  });

  it("says what to install where there is no Python", async () => {
    const { ended, output } = await runScript({ PATH: "/nonexistent" });
    expect(await ended).toEqual([1, null]);
    expect(output).toContain("needs python3");
    expect(output).toContain("apt-get install python3 python3-venv");
  });

  it("shows the end of its output when it dies at the start", async () => {
    const starting = startEmulator({ env: { BIND_HOST: "no-such-address.invalid" } });
    await expect(starting).rejects.toThrow(/The AWS emulator ended with 1\.[^]*no-such|gaierror/);
  });

  it("removes its files and its process when stopped, however often", async () => {
    const emulator = await startEmulator();
    expect(await isHealthy(emulator.endpoint)).toBe(true);
    await Promise.all([emulator.stop(), emulator.stop()]);
    await emulator.ended;
    expect(await isHealthy(emulator.endpoint)).toBe(false);
    expect(() => process.kill(emulator.pid, 0)).toThrow("ESRCH");
  });
});
