import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProcesses } from '../processes.ts';
import { createBuyer } from '../../stand-ins/services/test-buyer.ts';
import { startPaidHost } from './paid-host.ts';
import { startTestChains, type TestChains } from './test-stack.ts';

let chains: TestChains;
let folder: string;
const processes = createProcesses({ log: () => undefined });
const start = () =>
  startPaidHost({
    processes,
    assets: chains.assets,
    facilitatorPort: 0,
    servicesPort: 0,
    stateDirectory: folder,
    slowMs: 100,
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'steward-paid-host-'));
  chains = await startTestChains();
}, 60_000);

afterAll(async () => {
  await processes.stopAll();
  await chains.stop();
  rmSync(folder, { recursive: true });
});

describe('the host of the paid services', () => {
  it('says where everything is, and refunds a booking that was made before a restart', async () => {
    const first = await start();
    const buyer = await createBuyer(chains.assets, 'solana');
    const input = { city: 'Lisbon', checkIn: '2027-01-10' };
    const { body } = await buyer.buy({ url: `${first.servicesUrl}/bookings`, body: input });
    await first.stop();

    const second = await start();
    const services = await fetch(`${second.registryUrl}/services`);
    const catalogue = await fetch(`${second.facilitatorUrl}/discovery/resources`);
    expect([services.status, catalogue.status]).toEqual([200, 200]);
    const response = await fetch(`${second.servicesUrl}/bookings/cancel`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ bookingId: body['bookingId'] }),
    });
    expect(await response.json()).toMatchObject({ refunded: true, refund: { amount: '300000' } });
  }, 60_000);
});
