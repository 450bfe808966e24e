import type { Json, Wire } from '../wire.ts';

export const RUN_ENDED = /^(completed|failed|cancelled)$/;

/** A new workflow's id, unrecorded. */
export async function create(wire: Wire, body: object): Promise<string> {
  const { json, text } = await wire.quiet('POST /workflows/create', { body });
  if (json['workflow'] === undefined) throw new Error(text);
  return String(json['workflow']['id']);
}

export async function untilPlanned(wire: Wire, id: string): Promise<{ planHash: string }> {
  const { workflow } = await wire.until(
    `GET /workflows/${id}`,
    (json) => String(json['workflow']?.['status']) === 'awaiting_approval',
  );
  return { planHash: String(workflow!['executionPlan']!['planHash']) };
}

export const untilEnded = (wire: Wire, id: string): Promise<Json> =>
  wire.until(`GET /runs/${id}`, (json) => RUN_ENDED.test(String(json['status'])));
