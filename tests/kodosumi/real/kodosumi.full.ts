import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKodosumi } from '../../../activities/kodosumi/client/kodosumi.ts';
import { readFinal } from '../../../domain/masumi/kodosumi-final.ts';
import type { FlowEvent } from '../../../domain/masumi/ports/kodosumi.ts';
import { describeKodosumi } from '../contract.ts';
import { tryOut, type Tried } from '../runs.ts';
import { startKodosumi, type RealKodosumi } from './kodosumi.ts';
import { startLossyProxy } from './lossy-proxy.ts';
import { prepareKodosumi } from './python.ts';

const START_MS = 120_000;
const found = await prepareKodosumi();
if (found.kind === 'none') process.stdout.write(`The real Kodosumi is not tried: ${found.why}.\n`);

let real: RealKodosumi;

describe.runIf(found.kind === 'ready')('the real Kodosumi', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    if (found.kind === 'ready') real = await startKodosumi(found.python);
  }, START_MS);
  afterAll(() => real?.stop(), 60_000);

  describeKodosumi(() => real.target);
  describeTroubles();
});

function describeTroubles(): void {
  describe('when things go wrong', () => {
    let tried: Tried;
    beforeAll(() => {
      tried = tryOut(real.target);
    });

    it('a run outlives the server, which tells all of it afterwards', async () => {
      const { kodosumi, launch, reach, eventsUntil } = tried;
      const fid = await launch('Long run', { seconds: 20 });
      await reach(fid, 'running');
      const before: FlowEvent[] = [];
      const broken = (async () => {
        for await (const event of kodosumi.events(fid, new AbortController().signal)) {
          before.push(event);
          if (event.event === 'action') void real.panel.kill();
        }
      })();
      await expect(broken).rejects.toMatchObject({ name: 'KodosumiError', status: undefined });
      await expect(kodosumi.status(fid)).rejects.toMatchObject({ status: undefined, unknown: false });
      expect(await kodosumi.isHealthy()).toBe(false);
      await real.panel.start();
      const after = await eventsUntil(fid, ({ event, data }) => event === 'status' && data === 'finished');
      const told = before.filter(({ id }) => id !== '0');
      expect(after.slice(0, told.length)).toEqual(told);
      expect(after.filter(({ event }) => event === 'action')).toHaveLength(10);
      expect(readFinal((await reach(fid, 'finished')).final).output).toBe('<p>done</p>');
    });

    it('a sign-in that is valid no more is renewed in the middle of a run', async () => {
      const { kodosumi, launch, reach, eventsUntil } = tried;
      const fid = await launch('Long run', { seconds: 15 });
      // Running alone is too early: a run asks the server for its files then, and fails when it cannot.
      await eventsUntil(fid, ({ event }) => event === 'action');
      await real.panel.kill();
      await real.panel.start('another secret');
      const answers = await Promise.all([
        kodosumi.status(fid),
        kodosumi.flows(),
        eventsUntil(fid, ({ event }) => event === 'final'),
      ]);
      expect(answers[0]).toMatchObject({ fid });
      expect(answers[2].filter(({ event }) => event === 'error')).toEqual([]);
      expect(answers[2].at(-1)?.data).toBe('{"HTML":{"body":"<p>done</p>"}}');
      expect((await reach(fid, 'finished')).locks).toEqual([]);
    });

    it('a run that is dead stays running until somebody watches', async () => {
      const { kodosumi, launch, reach } = tried;
      const fid = await launch('Long run', { seconds: 60 });
      await reach(fid, 'running');
      await real.killActor(fid);
      await sleep(2000);
      expect((await kodosumi.status(fid))?.status).toBe('running');
      expect(await kodosumi.failure(fid)).toBe('actor not found');
      await reach(fid, 'error');
    });

    it('a launch whose answer got lost is in doubt, and found', async () => {
      const proxy = await startLossyProxy(real.target.url);
      const kodosumi = createKodosumi({ ...real.target, url: proxy.url });
      const url = await tried.urlOf('Hymn');
      const inputs = { topic: `lost at ${Date.now()}` };
      const sinceMs = Date.now();
      await kodosumi.flows();
      proxy.loseNextAnswer();
      await expect(kodosumi.launch(url, inputs)).rejects.toMatchObject({ status: undefined, unknown: true });
      const lost = { url, inputs, sinceMs, taken: () => Promise.resolve(false) };
      await expect.poll(() => kodosumi.findLaunched(lost), { timeout: 30_000, interval: 500 }).toBeDefined();
      const fid = (await kodosumi.findLaunched(lost)) ?? '';
      expect(readFinal((await tried.reach(fid, 'finished')).final).output).toContain(inputs.topic);
      await proxy.close();
    });
  });
}
