import { familyEvents } from '../events.ts';

/**
 * Event types of this family. `policy.decided`, `transaction.recorded` and `alert.raised` are events of the chat that caused
 * them; `agent.changed` and `service.changed` belong to no run and are notices on the tenant's feed.
 */
export const OMNI_EVENTS = familyEvents({
  decided: 'policy.decided',
  transaction: 'transaction.recorded',
  alert: 'alert.raised',
  modelUsed: 'model.used',
  agent: 'agent.changed',
  service: 'service.changed',
});
