import { expect } from 'vitest';
import { createKodosumi } from '../../activities/kodosumi/client/kodosumi.ts';
import type { FlowEvent, FlowState, FlowStatus, Kodosumi } from '../../domain/masumi/ports/kodosumi.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { KodosumiTarget } from './target.ts';

/** What the contract's tests do with a Kodosumi. */
export interface Tried {
  kodosumi: Kodosumi;
  urlOf(summary: string): Promise<string>;
  launch(summary: string, inputs: JsonObject): Promise<string>;
  /** Waits for a state and answers what it was reached with. */
  reach(fid: string, wanted: FlowState): Promise<FlowStatus>;
  /** Launches and waits for the end. */
  finish(summary: string, inputs: JsonObject): Promise<FlowStatus>;
  eventsUntil(fid: string, isLast: (event: FlowEvent) => boolean): Promise<FlowEvent[]>;
}

export function tryOut(target: KodosumiTarget): Tried {
  const kodosumi = createKodosumi(target);
  const urlOf = async (summary: string): Promise<string> => {
    const flow = (await kodosumi.flows()).find((each) => each.summary === summary);
    if (flow === undefined) throw new Error(`there is no flow "${summary}"`);
    return flow.url;
  };
  const launch = async (summary: string, inputs: JsonObject): Promise<string> => {
    const outcome = await kodosumi.launch(await urlOf(summary), inputs);
    if (outcome.kind !== 'launched') throw new Error(`refused: ${JSON.stringify(outcome.errors)}`);
    return outcome.fid;
  };
  const reach = async (fid: string, wanted: FlowState): Promise<FlowStatus> => {
    let last: FlowStatus | undefined;
    await expect
      .poll(
        async () => {
          last = await kodosumi.status(fid);
          return last?.status;
        },
        { timeout: target.patienceMs, interval: 100 },
      )
      .toBe(wanted);
    return last as FlowStatus;
  };
  return {
    kodosumi,
    urlOf,
    launch,
    reach,
    finish: async (summary, inputs) => reach(await launch(summary, inputs), 'finished'),
    async eventsUntil(fid, isLast) {
      const events: FlowEvent[] = [];
      for await (const event of kodosumi.events(fid, new AbortController().signal)) {
        events.push(event);
        if (isLast(event)) break;
      }
      return events;
    },
  };
}
