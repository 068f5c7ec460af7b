// Stops the emulator that jest-setup.mjs started.
const jestTeardown = async () => {
  const emulator = globalThis.faastAwsEmulator;
  if (emulator === undefined) return;
  delete globalThis.faastAwsEmulator;
  delete process.env.FAAST_TEST_AWS_ENDPOINT;
  await emulator.stop();
};

export default jestTeardown;
