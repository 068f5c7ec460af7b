import type { LambdaClient } from "@aws-sdk/client-lambda";

/** Milliseconds by which a signature's time may be off, at least, for AWS to take it for wrong: the SDK's bound. */
const TOLERANCE = 240_000;

/** AWS's clock, by which requests are signed: this machine's, until an answer tells that it is wrong. */
export class ServiceClock {
  private readonly config: LambdaClient["config"];

  constructor(config: LambdaClient["config"]) {
    this.config = config;
  }

  now(): Date {
    return new Date(Date.now() + this.config.systemClockOffset);
  }

  /**
   * Sets the clock by a refusal.
   *
   * @param date - the `Date` header of the answer.
   * @param signedAt - what the clock said when the request was signed.
   * @returns whether the request was signed with the wrong time, and may be accepted with the right one.
   */
  async correct(date: string, signedAt: Date): Promise<boolean> {
    const serverTime = Date.parse(date);
    if (Number.isNaN(serverTime)) return false;
    if ((await this.config.disableClockSkewCorrection?.()) === true) return false;
    if (Math.abs(serverTime - signedAt.getTime()) < TOLERANCE) return false;
    this.config.systemClockOffset = serverTime - Date.now();
    return true;
  }
}
