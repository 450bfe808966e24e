import { describe, expect, it } from 'vitest';
import { readFinal } from '../../domain/masumi/kodosumi-final.ts';
import { action, textInput } from '../../stand-ins/kodosumi/elements.ts';
import type { Tried } from './runs.ts';

const outputOf = (final: string | null | undefined): string => readFinal(final ?? null).output;

export function describeRuns(tried: () => Tried): void {
  describeEnds(tried);
  describeLocks(tried);
  describeFiles(tried);
  describeEvents(tried);
  describeLost(tried);
}

function describeEnds(tried: () => Tried): void {
  describe('runs', () => {
    it('finish with their result', async () => {
      const { final, locks } = await tried().finish('Hymn', { topic: 'patience' });
      expect(outputOf(final)).toContain('# Hymn to patience');
      expect(locks).toEqual([]);
    });

    it('fail with the last line of their traceback', async () => {
      const { kodosumi, launch, reach } = tried();
      const fid = await launch('Failing', { how: 'unknown' });
      expect((await reach(fid, 'error')).final).toBeNull();
      expect(await kodosumi.failure(fid)).toBe('ValueError: no luck today');
    });

    it('give their own reason when the error is one of Kodosumi', async () => {
      const { kodosumi, launch, reach } = tried();
      const fid = await launch('Failing', { how: 'known' });
      expect(outputOf((await reach(fid, 'error')).final)).toBe('the model is not available');
      expect(await kodosumi.failure(fid)).toBe('kodosumi.error.KodosumiError: the model is not available');
    });

    it('are gone after they are killed, however often that is asked', async () => {
      const { kodosumi, launch, reach } = tried();
      const fid = await launch('Long run', { seconds: 60 });
      await reach(fid, 'running');
      await kodosumi.kill(fid);
      expect(await kodosumi.status(fid)).toBeUndefined();
      await kodosumi.kill(fid);
      await kodosumi.kill('000000000000000000000000');
    });

    it('can be killed right after their launch, before Kodosumi knows them', async () => {
      const { kodosumi, launch } = tried();
      const fid = await launch('Long run', { seconds: 60 });
      await kodosumi.kill(fid);
      const seen = await kodosumi.events(fid, AbortSignal.timeout(3000))[Symbol.asyncIterator]().next();
      expect(seen.done).toBe(true);
    });
  });
}

function describeLocks(tried: () => Tried): void {
  describe('locks', () => {
    it('wait for an answer that the flow takes, and take one only', async () => {
      const { kodosumi, launch, reach } = tried();
      const fid = await launch('Approval', { message: 'hello' });
      const [lid = ''] = (await reach(fid, 'awaiting')).locks;
      expect(await kodosumi.lock(fid, lid)).toEqual([
        { type: 'markdown', text: 'Send this?\n\n> Dear all, hello' },
        textInput('comment', { label: 'Comment' }),
        action('decision', 'yes', 'Send'),
        action('decision', 'no', 'Do not send'),
      ]);
      expect(await kodosumi.answerLock(fid, lid, { comment: 'hm' })).toEqual({
        kind: 'rejected',
        errors: { decision: ['Please decide.'] },
      });
      expect((await kodosumi.status(fid))?.locks).toEqual([lid]);
      expect(await kodosumi.answerLock(fid, lid, { decision: 'yes', comment: 'Bye.' })).toEqual({
        kind: 'taken',
      });
      expect(outputOf((await reach(fid, 'finished')).final)).toBe('Dear all, hello\n\nBye.');
      expect(await kodosumi.answerLock(fid, lid, { decision: 'no' })).toEqual({ kind: 'gone' });
      expect(await kodosumi.lock(fid, lid)).toBeUndefined();
    });
  });
}

function describeFiles(tried: () => Tried): void {
  describe('files', () => {
    it('arrive whole, in pieces, whatever they are called', async () => {
      const { kodosumi, finish } = tried();
      const files = await kodosumi.upload([
        { filename: 'large.bin', bytes: Buffer.alloc(2_621_440, 7) },
        { filename: 'exact.bin', bytes: Buffer.alloc(1_048_576, 7) },
        { filename: 'empty.txt', bytes: new Uint8Array() },
        { filename: '../../same.txt', bytes: Buffer.from('one') },
        { filename: 'same.txt', bytes: Buffer.from('three') },
        { filename: 'größe und mehr.txt', bytes: Buffer.from('--x\r\n\r\n--') },
      ]);
      const { final } = await finish('File reader', { files });
      expect(outputOf(final).split('\n')).toEqual([
        'empty.txt: 0',
        'exact.bin: 1048576',
        'größe und mehr.txt: 9',
        'large.bin: 2621440',
        'same-2.txt: 5',
        'same.txt: 3',
      ]);
    });

    it('of several fields arrive once they are delivered, each once, under names of their own', async () => {
      const { kodosumi, launch, reach } = tried();
      const taken = new Set<string>();
      const upload = (text: string): Promise<string> =>
        kodosumi.upload([{ filename: 'report.pdf', bytes: Buffer.from(text) }], taken);
      const [contract, annex] = [await upload('one'), await upload('three')];
      const fid = await launch('Two files', { contract, annex });
      for (const file of [contract, annex, contract]) await kodosumi.deliver(fid, file);
      expect(outputOf((await reach(fid, 'finished')).final).split('\n')).toEqual([
        'report-2.pdf: 5',
        'report.pdf: 3',
      ]);
    });
  });
}

function describeEvents(tried: () => Tried): void {
  describe('events', () => {
    it('show a run from its beginning to its end, and again', async () => {
      const { launch, eventsUntil } = tried();
      const startedMs = Date.now();
      const fid = await launch('Long run', { seconds: 1 });
      const events = await eventsUntil(fid, ({ event }) => event === 'eof');
      const told = events.filter(({ id }) => id !== '0');
      expect(told.map(({ event, data }) => (event === 'status' ? `status ${data}` : event)).join(', ')).toBe(
        `status starting, inputs, meta, status running, ${'action, '.repeat(10)}final, status finished`,
      );
      expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
      expect(told.filter(({ event }) => event === 'action').at(2)?.data).toBe(
        '{"Text":{"body":"step 3\\nof 10"}}',
      );
      for (const { atMs } of told) expect(Math.abs((atMs ?? 0) - startedMs)).toBeLessThan(60_000);
      expect(events.at(-1)).toMatchObject({ event: 'eof', atMs: null });
      const again = await eventsUntil(fid, ({ event, data }) => event === 'status' && data === 'finished');
      expect(again).toEqual(told);
    });

    it('say that a quiet run is alive, and end quietly when nobody listens any more', async () => {
      const { kodosumi, launch } = tried();
      const fid = await launch('Approval', { message: 'wait' });
      const controller = new AbortController();
      let last = '';
      for await (const { event } of kodosumi.events(fid, controller.signal)) {
        last = event;
        if (event === 'alive') controller.abort();
      }
      expect(last).toBe('alive');
      await kodosumi.kill(fid);
    });

    it('show locks and leases', async () => {
      const { kodosumi, launch, eventsUntil } = tried();
      const fid = await launch('Approval', { message: 'hello' });
      const lock = (await eventsUntil(fid, ({ event }) => event === 'lock')).at(-1);
      const { dict } = JSON.parse(lock?.data ?? '{}') as {
        dict: { name: string; lid: string; data: object; expires: number };
      };
      expect(dict).toMatchObject({ name: 'approve', data: { draft: 'Dear all, hello' } });
      expect(dict.expires - Date.now() / 1000).toBeGreaterThan(10_000);
      await kodosumi.answerLock(fid, dict.lid, { decision: 'no' });
      const lease = (await eventsUntil(fid, ({ event }) => event === 'lease')).at(-1);
      expect(JSON.parse(lease?.data ?? '{}')).toMatchObject({
        dict: { name: 'approve', lid: dict.lid, result: { decision: 'no', comment: null } },
      });
    });
  });
}

function describeLost(tried: () => Tried): void {
  describe('a launch whose answer got lost', () => {
    it('is found by its flow and inputs, unless it belongs to another job', async () => {
      const { kodosumi, urlOf, launch, reach } = tried();
      const sinceMs = Date.now();
      const inputs = { topic: `loss ${sinceMs}` };
      const url = await urlOf('Hymn');
      const fid = await launch('Hymn', inputs);
      await reach(fid, 'finished');
      const lost = { url, inputs, sinceMs, taken: () => Promise.resolve(false) };
      expect(await kodosumi.findLaunched(lost)).toBe(fid);
      expect(await kodosumi.findLaunched({ ...lost, inputs: { topic: 'else' } })).toBeUndefined();
      expect(await kodosumi.findLaunched({ ...lost, url: '/-/elsewhere/1/app/-/' })).toBeUndefined();
      expect(
        await kodosumi.findLaunched({ ...lost, taken: (run) => Promise.resolve(run === fid) }),
      ).toBeUndefined();
      const filler = await launch('Filler 1', {});
      await reach(filler, 'finished');
      const twin = { ...lost, inputs: {}, url: await urlOf('Filler 1') };
      expect(await kodosumi.findLaunched({ ...twin, url: await urlOf('Filler 2') })).toBeUndefined();
      expect(await kodosumi.findLaunched(twin)).toBe(filler);
      const late = { ...lost, sinceMs: sinceMs + 3_600_000 };
      expect(await kodosumi.findLaunched(late)).toBeUndefined();
    });
  });
}
