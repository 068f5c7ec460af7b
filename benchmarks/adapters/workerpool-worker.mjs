// workerpool's workers import it themselves.
import { noop } from "../fixtures/functions.mjs";

const { load } = await import(process.env.PEERS);
(await load("workerpool")).default.worker({ noop });
