import type { CallingActivities } from '../../domain/ports/calling.ts';
import { callService } from './call-service.ts';
import { compensateStep } from './compensate-step.ts';
import { pollService } from './poll-service.ts';
import { createSeller } from './seller.ts';
import type { CallingDeps } from './tools.ts';

/** Calls of services and of their undos; `computeStep` of the same port has no outside system and stands apart. */
export function createCallingActivities(deps: CallingDeps): Omit<CallingActivities, 'computeStep'> {
  const tools = { now: Date.now, checkpoint: () => undefined, ...deps, seller: createSeller(deps) };
  return {
    callService: (request) => callService(tools, request),
    pollService: (request) => pollService(tools, request),
    compensateStep: (request) => compensateStep(tools, request),
  };
}
