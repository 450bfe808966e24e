import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFlowSettings } from '../../api/families/masumi/flow-settings.ts';
import { markdown, type StandInFlow } from '../../stand-ins/kodosumi/flow.ts';
import { testFlows } from '../../stand-ins/kodosumi/flows/samples.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startMasumiApp, type MasumiApp } from './support/app.ts';
import {
  APPROVAL,
  expectProblem,
  get,
  HYMN,
  provide,
  startAsking,
  startJob,
  statusOf,
  until,
} from './support/client.ts';

const file = join(temporaryFolder('masumi-directory'), 'masumi.yaml');
const AB = '-_a.b_-_';
const twin = (url: string): StandInFlow => ({
  url,
  summary: url,
  elements: [],
  run: () => Promise.resolve(markdown(url)),
});
/** Its app is down while the test says so: its form is a 500. */
let isBroken = false;
const fragile: StandInFlow = {
  ...twin('/-/a.fragile/-/'),
  get elements() {
    if (isBroken) throw new Error('the app is down');
    return [];
  },
};
let app: MasumiApp;

beforeAll(async () => {
  app = await startMasumiApp({
    flows: [
      fragile,
      ...testFlows,
      twin('/-/a.b/-/'),
      twin('/-/a-b/-/'),
      twin('/-/same/key/-/'),
      twin('/-/same_key/-/'),
    ],
    options: { settings: createFlowSettings({}, file, () => undefined) },
  });
});
afterAll(() => app.close());

const availability = async (key: string) => (await get(app, `/mip003/${key}/availability`)).body;
const entry = async (key: string): Promise<Record<string, unknown> | undefined> => {
  const flows = JSON.parse((await get(app, '/flows')).text) as Record<string, unknown>[];
  return flows.find((flow) => flow['key'] === key);
};

describe('An agent identifier', () => {
  test('that is written into the file makes a flow sellable, and disappears with it', async () => {
    expect(await availability(HYMN)).toMatchObject({ status: 'unavailable' });
    expect((await get(app, '/mip003/availability')).body).toMatchObject({ status: 'unavailable' });
    expect(await entry(HYMN)).toMatchObject({ enabled: false, agent_identifier: null });
    expectProblem(await startJob(app, HYMN, 'early', { topic: 'a' }), 503, 'agent_not_configured');
    writeFileSync(file, `AGENT_IDENTIFIER_${HYMN}: the hymn agent\n`);
    await expect.poll(() => availability(HYMN)).toMatchObject({ status: 'available' });
    expect((await get(app, '/mip003/availability')).body).toMatchObject({ status: 'available' });
    expect(await entry(HYMN)).toMatchObject({ enabled: true, agentIdentifier: 'the hymn agent' });
    const { body } = await startJob(app, HYMN, 'sold', { topic: 'a' });
    expect(body['agentIdentifier']).toBe('the hymn agent');
    rmSync(file);
    await expect.poll(() => availability(HYMN)).toMatchObject({ status: 'unavailable' });
    await until(app, HYMN, body['id'], 'completed');
  });

  test('whose name fits two flows sells neither, and the refusal lists them', async () => {
    writeFileSync(file, 'AGENT_IDENTIFIER___a_b___: shared\n');
    await expect.poll(async () => (await startJob(app, AB, 'x', {})).text).toContain('-_a-b_-_');
    for (const key of [AB, '-_a-b_-_']) {
      const answer = await startJob(app, key, 'x', {});
      expectProblem(answer, 503, 'agent_not_configured');
      expect(answer.body['detail']).toContain('(-_a-b_-_, -_a.b_-_)');
      expect(await availability(key)).toMatchObject({
        status: 'unavailable',
        message: expect.stringContaining('fits several flows'),
      });
    }
    writeFileSync(file, 'AGENT_IDENTIFIER___a_b___: shared\n"AGENT_IDENTIFIER_-_a.b_-_": its own\n');
    await expect.poll(() => availability(AB)).toMatchObject({ status: 'available' });
    expect((await startJob(app, AB, 'x', {})).body['agentIdentifier']).toBe('its own');
    expect((await startJob(app, '-_a-b_-_', 'x', {})).body['agentIdentifier']).toBe('shared');
  });
});

describe('Flows', () => {
  test('whose urls share a key are told apart by their uid, and the bare key is unknown', async () => {
    const flows = JSON.parse((await get(app, '/flows')).text) as { key: string; url: string }[];
    const twins = flows.filter(({ url }) => url === '/-/same/key/-/' || url === '/-/same_key/-/');
    expect(twins.map(({ key }) => key)).toEqual(
      Array(2).fill(expect.stringMatching(/^-_same_key_-_~[0-9a-f]{8}$/)),
    );
    expectProblem(await get(app, '/mip003/-_same_key_-_/demo'), 404, 'flow_not_found');
    expectProblem(await get(app, '/-_same_key_-_'), 404, 'route_not_found');
    for (const { key } of twins) {
      expect((await get(app, `/mip003/${key}/demo`)).status).toBe(200);
      expect((await get(app, `/${key}`)).body).toMatchObject({ key });
    }
  });

  test('of which one is broken are for sale as before; only the broken one is not', async () => {
    const key = '-_a.fragile_-_';
    writeFileSync(file, `AGENT_IDENTIFIER_${key}: fragile\nAGENT_IDENTIFIER_${HYMN}: the hymn agent\n`);
    isBroken = true;
    try {
      await expect
        .poll(() => availability(key))
        .toMatchObject({ status: 'unavailable', message: expect.stringContaining('answered 500') });
      expect(await availability(HYMN)).toMatchObject({ status: 'available' });
      expect((await get(app, '/mip003/availability')).body).toMatchObject({ status: 'available' });
      expect(await entry(key)).toMatchObject({ enabled: true });
      expectProblem(await startJob(app, key, 'x', {}), 502, 'kodosumi_unavailable');
    } finally {
      isBroken = false;
    }
  });

  test('that disappear keep their jobs, which end as usual', async () => {
    writeFileSync(file, `AGENT_IDENTIFIER_${APPROVAL}: the approval agent\n`);
    await expect.poll(() => availability(APPROVAL)).toMatchObject({ status: 'available' });
    const { jobId, statusId } = await startAsking(app, 'stays');
    app.kodosumi.control.hideFlow('/-/localhost/8001/approval/-/');
    // An outage of the list's freshness, without waiting for it.
    await expect
      .poll(() => availability(APPROVAL), { timeout: 15_000, interval: 500 })
      .toMatchObject({ status: 'unavailable', message: expect.stringContaining('does not list') });
    expectProblem(await get(app, `/mip003/${APPROVAL}/demo`), 404, 'flow_not_found');
    expectProblem(await startJob(app, APPROVAL, 'new', { message: 'a' }), 404, 'flow_not_found');
    expect(await statusOf(app, APPROVAL, jobId)).toMatchObject({ status: 'awaiting_input' });
    expect((await provide(app, jobId, statusId, { decision: 'no' })).status).toBe(200);
    await until(app, APPROVAL, jobId, 'completed');
    expect((await get(app, `/${APPROVAL}/runs/${jobId}`)).body).toMatchObject({
      status: 'completed',
      result: { output: 'Nothing was sent.' },
    });
    app.kodosumi.control.showFlow('/-/localhost/8001/approval/-/');
  });
});
