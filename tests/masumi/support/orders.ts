import { expect } from 'vitest';
import { ask } from '../../api/support/api.ts';
import { standInAgentIdentifier } from '../../../stand-ins/payment-service/agents.ts';
import { startJob } from './client.ts';
import { settingName, type PaidApp } from './paid-app.ts';

/** An order that was taken. `payment` is its blockchainIdentifier. */
export interface Started {
  jobId: string;
  payment: string;
}

/** Puts flows up for sale at the fixed price. */
export function sell(app: PaidApp, ...keys: string[]): void {
  for (const key of keys)
    app.settings[`AGENT_IDENTIFIER_${settingName(key)}`] = standInAgentIdentifier('fixed');
}

export async function order(app: PaidApp, key: string, identifier: string, input: object): Promise<Started> {
  const { status, body, text } = await startJob(app, key, identifier, input);
  expect(status, text).toBe(200);
  return { jobId: String(body['job_id']), payment: String(body['blockchainIdentifier']) };
}

export async function paid(app: PaidApp, key: string, identifier: string, input: object): Promise<Started> {
  const started = await order(app, key, identifier, input);
  app.payments.control.lockFunds(started.payment);
  return started;
}

export interface NativeRun {
  status: string;
  result: { output: string } | null;
  events: { id: string; event: string; data: string }[];
  error_code: string | null;
  payment: { on_chain_state: string | null; refund: string; next_action: string | null };
}

export const native = async (app: PaidApp, key: string, { jobId }: Started): Promise<NativeRun> =>
  (await ask(app, `/${key}/runs/${jobId}`)).body as unknown as NativeRun;
