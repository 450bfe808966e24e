import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { createMasumiNode } from '../../activities/payment-service/client.ts';
import type { Config } from '../../families/config.ts';
import { APPROVAL, HYMN } from '../../stand-ins/agents/samples.ts';
import { required } from '../../config/temporal-connection.ts';
import type { Victims } from '../kills/victims.ts';
import { until } from '../workflows/support/run.ts';

const PATIENCE_MS = 200_000; // a launch whose answer was lost is looked for during two minutes

/**
 * Orders and pays a job as a stubborn purchaser does, and requires that nothing was done twice. With `stops` a worker
 * may have been stopped while it asked for the payment or launched. What it did beside another worker is told to nobody
 * and never counts.
 */
export async function buyJob(
  { url, config }: Pick<Victims, 'url' | 'config'>,
  asks: boolean,
  { stops = false } = {},
): Promise<void> {
  const { key } = asks ? APPROVAL : HYMN;
  const topic = randomBytes(8).toString('hex');
  const base = `${url}/mip003/${key}`;
  const order = {
    identifier_from_purchaser: topic,
    input_data: asks ? { message: topic } : { topic },
  };
  const { job_id: jobId, blockchainIdentifier } = await insist(`${base}/start_job`, order);
  await insist(`${required(config, 'PAYMENT_SERVICE_URL')}/stand-in/lock-funds`, { blockchainIdentifier });
  if (asks) {
    await reached(base, String(jobId), 'awaiting_input');
    await insist(`${base}/provide_input`, { job_id: jobId, input_data: { decision: 'Send' } });
  }
  await reached(base, String(jobId), 'completed');
  const requests = await requestsFor(config, String(jobId));
  expect(stops ? requests.filter(({ onChainState }) => onChainState !== null) : requests).toHaveLength(1);
  const runs = await runsWith(config, topic);
  expect(stops ? runs.filter(({ status }) => status === 'finished') : runs).toHaveLength(1);
}

/** Sends the same request until it is accepted, as a client does that lost the answer. */
async function insist(url: string, body: object): Promise<Record<string, unknown>> {
  let answer: Record<string, unknown> = {};
  await until(
    async () => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }).catch(() => undefined);
      if (response === undefined || !response.ok) return false;
      answer = (await response.json()) as Record<string, unknown>;
      return true;
    },
    `${url} takes ${JSON.stringify(body)}`,
    PATIENCE_MS,
  );
  return answer;
}

async function reached(base: string, jobId: string, wanted: string): Promise<void> {
  let last: unknown;
  await until(
    async () => {
      const answer = await fetch(`${base}/status?job_id=${jobId}`).catch(() => undefined);
      last = await answer?.json();
      return (last as { status?: string } | undefined)?.status === wanted;
    },
    `job ${jobId} is ${wanted}, not ${JSON.stringify(last)}`,
    PATIENCE_MS,
  );
}

/** Payment requests that carry the job's id. */
async function requestsFor(config: Config, jobId: string): Promise<{ onChainState: string | null }[]> {
  const node = createMasumiNode({
    url: required(config, 'PAYMENT_SERVICE_URL'),
    apiKey: required(config, 'PAYMENT_API_KEY'),
    network: config.MASUMI_NETWORK,
  });
  const { payments } = await node.listPayments({});
  return payments.filter(({ metadata }) => metadata === jobId);
}

/** Runs at Kodosumi that were launched with this text. */
async function runsWith(config: Config, text: string): Promise<{ status: string }[]> {
  const base = required(config, 'KODOSUMI_BASE_URL');
  const body = JSON.stringify({ name: config.KODOSUMI_USERNAME, password: config.KODOSUMI_PASSWORD });
  const headers = { 'content-type': 'application/json' };
  const login = await fetch(`${base}/api/login`, { method: 'POST', headers, body });
  const { KODOSUMI_API_KEY } = (await login.json()) as { KODOSUMI_API_KEY: string };
  const answer = await fetch(`${base}/timeline/list?pp=100`, { headers: { KODOSUMI_API_KEY } });
  const { items } = (await answer.json()) as { items: { inputs: unknown; status: string }[] };
  return items.filter(({ inputs }) => JSON.stringify(inputs).includes(text));
}
