import type { EngineEvent, EventType } from '../../schemas/core/event.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { RunStatus, StepStatus } from '../../schemas/core/run.ts';

/** Told with the move of the payment's own row (`db/repositories/payments-write.ts`), and nowhere else. */
type PaymentEvent = Extract<EngineEvent, `payment.${string}`>;

/**
 * One event as a workflow emits it. `key` names the event and its cause ("step.started:fetch:1"), never a counter:
 * a local activity commits before its workflow task is durable, so it may be written again in another order.
 * `status`, `view`, `step` and `approval` move the projection in the same statement; `view` is merged shallowly.
 */
export interface JournalEvent {
  key: string;
  type: Exclude<EventType, PaymentEvent>;
  data: JsonObject;
  status?: RunStatus;
  view?: JsonObject;
  step?: { id: string; status?: StepStatus; data?: JsonObject };
  approval?: { id: string; status?: string; data?: JsonObject; by?: string };
}

/**
 * Events that are written by an activity which runs anyway, so that they need no activity of their own. They "ride" on
 * it: the activity returns only once its work is done and these events are committed (architecture decision 3).
 */
export interface Ride {
  runId: string;
  events: JournalEvent[];
}

/** Task of the journal alone, for events that come when no other activity is due. */
export interface JournalActivities {
  appendEvents(ride: Ride): Promise<void>;
}
