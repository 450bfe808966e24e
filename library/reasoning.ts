import { EventEmitter } from 'node:events';
import type { JsonObject } from '../schemas/core/json.ts';
import type { Workflow, WorkflowEvent } from '../schemas/families/reasoning.ts';
import { StewardError } from '../sdk/errors.ts';
import type { ReasoningClient } from '../sdk/reasoning-client.ts';
import { createEscrowManager, type EscrowManager } from './reasoning/escrow-manager.ts';
import { createFollowers, type Followers } from './reasoning/followers.ts';
import { libraryConfig, type WorkflowManagerOptions } from './reasoning/options.ts';
import { createRuntime, type Runtime } from './reasoning/runtime.ts';
import { nullIfMissing, pages } from './reasoning/answers.ts';
import type { ApproveOptions, CreateWorkflowRequest } from './reasoning/requests.ts';

export type { ApproveOptions, CreateWorkflowRequest, EscrowManager, WorkflowManagerOptions };

/**
 * Steward's reasoning engine inside a Node program. The first call connects to TEMPORAL_ADDRESS and DATABASE_URL, or
 * starts the embedded server that is lacking (its data is kept in DATA_DIR), with workers of its own. Emits
 * `workflow-event` for every event of the workflows created here, and `error` (if anyone listens) when a subscription
 * is lost. Call `disconnect` at the end.
 */
export class WorkflowManager extends EventEmitter<{ 'workflow-event': [WorkflowEvent]; error: [unknown] }> {
  readonly #runtime: Runtime;
  readonly #followers: Followers;
  readonly #escrow: EscrowManager;

  constructor(options: WorkflowManagerOptions) {
    super();
    this.#runtime = createRuntime(() => libraryConfig(options));
    this.#followers = createFollowers(
      () => this.#runtime.client(),
      (error) => void (this.listenerCount('error') > 0 && this.emit('error', error)),
    );
    this.#escrow = createEscrowManager(() => this.#runtime.client(), options.escrowKeypair.publicKey);
  }

  /** Plans a task; the plan waits for `approveWorkflow`. */
  async createWorkflow(request: CreateWorkflowRequest): Promise<Workflow> {
    const client = await this.#runtime.client();
    const { id } = await client.createWorkflow(request);
    const workflow = await client.getWorkflow(id);
    // Last, so that listeners added right after this returns hear everything.
    this.#followers.follow(id, (event) => void this.emit('workflow-event', event), 0);
    return workflow;
  }

  async getWorkflow(id: string): Promise<Workflow | null> {
    return nullIfMissing((await this.#runtime.client()).getWorkflow(id));
  }

  /** Newest first. */
  async getUserWorkflows(userId: string, limit = 50): Promise<Workflow[]> {
    const client = await this.#runtime.client();
    return pages(limit, async (page) => {
      const { workflows, nextCursor } = await client.listWorkflows(userId, page);
      return { items: workflows, nextCursor };
    });
  }

  /** Approves against escrow. A refusal is an answer: `success: false` with the reason to show. */
  async approveWorkflow(
    id: string,
    options: ApproveOptions = {},
  ): Promise<{ success: boolean; message?: string }> {
    return this.#answer(async (client) => ({
      success: true,
      message: (await client.approve(id, options)).message,
    }));
  }

  /** Answers what a workflow that was created with `ask` waits for, by field. A refusal is an answer, with the reason to show. */
  async answerWorkflow(id: string, data: JsonObject): Promise<{ success: boolean; message?: string }> {
    return this.#answer(async (client) => {
      await client.answer(id, data);
      return { success: true };
    });
  }

  /** False when there is nothing to cancel any more. */
  async cancelWorkflow(id: string): Promise<boolean> {
    const { success } = await this.#answer(async (client) => ({
      success: (await client.cancel(id)) !== 'failed',
    }));
    return success;
  }

  /** Calls back for each event after `after` (0: all; without it: what is new), until the end or the returned stop. */
  subscribeToWorkflow(id: string, callback: (event: WorkflowEvent) => void, after?: number): () => void {
    return this.#followers.follow(id, callback, after);
  }

  getEscrowManager(): EscrowManager {
    return this.#escrow;
  }

  /** Ends subscriptions, workers and the servers that were started here. Runs go on when the next program connects. */
  async disconnect(): Promise<void> {
    this.#followers.stop();
    await this.#runtime.stop();
  }

  async #answer<T extends { success: boolean; message?: string }>(
    work: (client: ReasoningClient) => Promise<T>,
  ): Promise<{ success: boolean; message?: string }> {
    try {
      return await work(await this.#runtime.client());
    } catch (error) {
      if (error instanceof StewardError && error.status < 500)
        return { success: false, message: error.message };
      throw error;
    }
  }
}
