import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createKodosumi } from '../../activities/kodosumi/client/kodosumi.ts';
import { createMasumiNode } from '../../activities/payment-service/client.ts';
import { standInAgentIdentifier } from '../../stand-ins/payment-service/agents.ts';
import { createProcesses } from '../../embedded/processes.ts';
import { startAgentsHost, type RunningAgentsHost } from './agents-host.ts';
import { HYMN } from '../../stand-ins/agents/samples.ts';

const folder = mkdtempSync(join(tmpdir(), 'steward-agents-'));
const processes = createProcesses({ log: () => undefined });
afterAll(async () => {
  await processes.stopAll();
  rmSync(folder, { recursive: true });
});

const secrets = { kodosumiPassword: 'a password of the tests', paymentKey: 'a-key-of-the-tests' };
const payments = {
  port: 0,
  network: 'Preprod',
  stateFile: join(folder, 'state.jsonl'),
  blockMs: 50,
} as const;
const start = (part: 'both' | 'payments'): Promise<RunningAgentsHost> =>
  startAgentsHost({
    spawnNode: processes.spawnNode,
    secrets,
    settings: { payments, kodosumi: part === 'both' ? { port: 0, username: 'admin' } : undefined },
  });
const node = ({ paymentsUrl }: RunningAgentsHost) =>
  createMasumiNode({ url: paymentsUrl!, apiKey: secrets.paymentKey, network: 'Preprod' });

describe('the host of the stand-ins', () => {
  it('serves both, and registers the samples with their prices', async () => {
    const host = await start('both');
    const kodosumi = createKodosumi({
      url: host.kodosumiUrl!,
      username: 'admin',
      password: secrets.kodosumiPassword,
    });
    expect((await kodosumi.flows()).map(({ url }) => url)).toContain(HYMN.flow.url);
    expect(await node(host).pricing(standInAgentIdentifier(HYMN.agent.name))).toMatchObject(
      HYMN.agent.pricing,
    );
    await host.stop();
  });

  it('starts only the stand-in that is missing, and keeps payments over a restart', async () => {
    const first = await start('payments');
    expect(first.kodosumiUrl).toBeUndefined();
    const now = Date.now();
    const HOUR = 3_600_000;
    const made = await node(first).createPayment({
      agentIdentifier: standInAgentIdentifier(HYMN.agent.name),
      inputHash: 'ab'.repeat(32),
      identifierFromPurchaser: 'c0ffee00c0ffee00',
      payByTime: now + HOUR,
      submitResultTime: now + 2 * HOUR,
      unlockTime: now + 3 * HOUR,
      externalDisputeUnlockTime: now + 4 * HOUR,
      metadata: 'a job',
    });
    await first.stop();
    const second = await start('payments');
    expect(await node(second).resolve(made.blockchainIdentifier)).toMatchObject({ metadata: 'a job' });
    await second.stop();
  });
});
