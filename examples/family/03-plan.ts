import { assemblePlan, type Assembled, type AssembleContext } from '../../domain/plan/assemble.ts';

/** How loud an echo may be; the question of `05-workflow.ts` offers these. */
export const VOLUMES = ['quiet', 'loud'] as const;

/**
 * 3. What we decide, as a pure function: one step that calls one service. `assemblePlan` finds the service in the catalogue,
 * prices the step and says how it is paid. Nothing is called here, so a unit test needs no server.
 */
export const assembleEcho = (
  text: string,
  volume: string,
  serviceId: string,
  context: AssembleContext,
): Assembled =>
  assemblePlan(
    [
      {
        id: 'echo',
        type: 'service_call',
        serviceId,
        action: 'echo a text',
        params: { text: volume === 'loud' ? text.toUpperCase() : text },
        outputKey: 'echo',
        dependencies: [],
      },
    ],
    context,
  );
