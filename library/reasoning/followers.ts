import type { WorkflowEvent } from '../../schemas/families/reasoning.ts';
import type { ReasoningClient } from '../../sdk/reasoning-client.ts';

/** Subscriptions of one manager, each on a stream of its own that resumes by itself. */
export interface Followers {
  follow(id: string, callback: (event: WorkflowEvent) => void, after?: number): () => void;
  stop(): void;
}

/** `lost` hears of subscriptions that ended for another reason than a stop or the workflow's end. */
export function createFollowers(
  client: () => Promise<ReasoningClient>,
  lost: (error: unknown) => void,
): Followers {
  const open = new Set<AbortController>();

  const run = async (
    id: string,
    callback: (event: WorkflowEvent) => void,
    after: number | undefined,
    { signal }: AbortController,
  ): Promise<void> => {
    const stream = (await client()).stream(id, { signal, ...(after === undefined ? {} : { after }) });
    for await (const event of stream) {
      if (signal.aborted) return;
      callback(event);
    }
  };

  return {
    follow(id, callback, after) {
      const controller = new AbortController();
      open.add(controller);
      run(id, callback, after, controller)
        .catch((error: unknown) => void (controller.signal.aborted || lost(error)))
        .finally(() => open.delete(controller));
      return () => controller.abort();
    },
    stop() {
      for (const controller of open) controller.abort();
    },
  };
}
