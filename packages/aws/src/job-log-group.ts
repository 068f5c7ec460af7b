import { setTimeout as sleep } from "node:timers/promises";
import { isRefusal } from "./infra/aws-failure.js";
import type { AwsClients } from "./infra/clients.js";
import { createLogGroup, deleteLogGroup } from "./infra/log-group.js";
import type { TagRecord } from "./infra/tags.js";
import { logRetentionDays } from "./log-retention.js";

/** Milliseconds in which what Lambda has to say of an execution follows the execution's last frame. */
const LATE_LINES = 500;

/** What a job's log group is to be like. */
export interface JobLogGroupSpec {
  readonly functionName: string;
  readonly tags: TagRecord;
  /** Days for which lines are wanted. */
  readonly retentionInDays: number;
}

/** The log group of a job's function. */
export class JobLogGroup {
  private readonly clients: () => AwsClients;
  private readonly spec: JobLogGroupSpec;
  /** There may be one to remove. */
  private exists = false;

  constructor(clients: () => AwsClients, spec: JobLogGroupSpec) {
    this.clients = clients;
    this.spec = spec;
  }

  /** It is not given up: it would be open whether there is something to remove. */
  async create(): Promise<void> {
    const { functionName, tags, retentionInDays } = this.spec;
    const retentionDays = logRetentionDays(retentionInDays);
    this.exists = true;
    try {
      await createLogGroup({ clients: this.clients() }, { functionName, tags, retentionDays });
    } catch (error) {
      this.exists = !isRefusal(error, "logs:CreateLogGroup");
      throw error;
    }
  }

  /**
   * To be called last of all, since Lambda's own lines about an execution come after the execution's last
   * frame.
   *
   * @param lateLines - whether executions may have ended unseen just now. With a role that may create log
   * groups, which is not ours, their lines bring the group back.
   */
  async remove(lateLines: boolean): Promise<void> {
    if (!this.exists) return;
    const scope = { clients: this.clients() };
    await deleteLogGroup(scope, this.spec.functionName);
    if (!lateLines) return;
    await sleep(LATE_LINES);
    await deleteLogGroup(scope, this.spec.functionName);
  }
}
