// Starts one emulator for all test files of a run. They learn of it by their environment, which
// jest's workers inherit. One that runs already may be named in FAAST_TEST_AWS_ENDPOINT instead.
import { startEmulator } from "./emulator-process.mjs";

const jestSetup = async () => {
  // The SDK's word on the next versions of Node, once for each test file.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  delete process.env.FAAST_TEST_AWS_FAILURE;
  if (process.env.FAAST_TEST_AWS_ENDPOINT) return;
  try {
    const emulator = await startEmulator();
    globalThis.faastAwsEmulator = emulator;
    process.env.FAAST_TEST_AWS_ENDPOINT = emulator.endpoint;
  } catch (error) {
    // The tests that need it fail with this, and no others.
    process.env.FAAST_TEST_AWS_FAILURE = error.message;
  }
};

export default jestSetup;
