import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testFlows } from '../../../stand-ins/kodosumi/flows/samples.ts';
import { startKodosumiStandIn, type StandIn } from '../../../stand-ins/kodosumi/stand-in.ts';
import { tryOut, type Tried } from '../../../tests/kodosumi/runs.ts';
import { createKodosumi } from './kodosumi.ts';

let standIn: StandIn;
let tried: Tried;

const start = (port: number): Promise<StandIn> =>
  startKodosumiStandIn({
    port,
    flows: testFlows,
    appearAfterMs: 20,
    notFoundAfterMs: 50,
    aliveMs: 50,
    eofAfterMs: 100,
  });

const account = { username: 'admin', password: 'admin', appearMs: 200, patienceMs: 5000 };

beforeAll(async () => {
  standIn = await start(0);
});

beforeEach(() => {
  tried = tryOut({ url: standIn.url, ...account, timeoutMs: 1000, silenceMs: 300 });
});

afterEach(() => {
  standIn.control.slow(0);
  standIn.control.silenceStreams(false);
});

afterAll(() => standIn.close());

describe('a session that ran out', () => {
  it('is renewed once, however many asked with it', async () => {
    const { kodosumi, urlOf } = tried;
    const url = await urlOf('Hymn');
    const before = standIn.control.logins();
    standIn.control.expireSessions();
    const answers = await Promise.all([
      kodosumi.flows(),
      kodosumi.schema(url),
      kodosumi.launch(url, { topic: 'time' }),
      ...Array.from({ length: 10 }, () => kodosumi.status('none')),
    ]);
    expect(answers[2]).toMatchObject({ kind: 'launched' });
    expect(standIn.control.logins()).toBe(before + 1);
  });

  it('is renewed for a stream too, and for the whole of an upload', async () => {
    const { kodosumi, launch, eventsUntil, finish } = tried;
    const fid = await launch('Hymn', { topic: 'time' });
    standIn.control.expireSessions();
    expect((await eventsUntil(fid, ({ event }) => event === 'eof')).at(-1)?.event).toBe('eof');
    standIn.control.expireSessions();
    const files = await kodosumi.upload([{ filename: 'a', bytes: new Uint8Array(3) }]);
    standIn.control.expireSessions();
    expect((await finish('File reader', { files })).final).toContain('a: 3');
  });

  it('is not asked for twice by one request', async () => {
    const { kodosumi } = tried;
    await kodosumi.flows();
    standIn.control.failNext(401, 2);
    const before = standIn.control.logins();
    // The first answer and the new sign-in are refused, and nothing else is tried.
    await expect(kodosumi.flows()).rejects.toMatchObject({ status: 401 });
    expect(standIn.control.logins()).toBe(before);
    expect(await kodosumi.isHealthy()).toBe(true);
  });
});

describe('a launch', () => {
  it('that was not answered may have happened, and is found', async () => {
    const { kodosumi, urlOf } = tried;
    const sinceMs = Date.now();
    const url = await urlOf('Hymn');
    const inputs = { topic: 'loss' };
    standIn.control.loseLaunchAnswers(1);
    await expect(kodosumi.launch(url, inputs)).rejects.toMatchObject({ status: undefined, unknown: true });
    const lost = { url, inputs, sinceMs, taken: () => Promise.resolve(false) };
    await expect.poll(() => kodosumi.findLaunched(lost)).toBeDefined();
    expect(standIn.control.runs().find(({ inputs: { topic } }) => topic === 'loss')?.fid).toBe(
      await kodosumi.findLaunched(lost),
    );
  });

  it('that takes too long may have happened, one that fails over there too', async () => {
    const { kodosumi, urlOf } = tried;
    const url = await urlOf('Hymn');
    standIn.control.slow(1500);
    await expect(kodosumi.launch(url, { topic: 'x' })).rejects.toMatchObject({ unknown: true });
    standIn.control.slow(0);
    standIn.control.failNext(502);
    await expect(kodosumi.launch(url, { topic: 'x' })).rejects.toMatchObject({ status: 502, unknown: true });
    standIn.control.failNext(400);
    await expect(kodosumi.launch(url, { topic: 'x' })).rejects.toMatchObject({ status: 400, unknown: false });
  });

  it('whose sign-in failed has not happened', async () => {
    const url = await tried.urlOf('Hymn');
    const { kodosumi } = tryOut({ url: standIn.url, ...account, timeoutMs: 500 });
    standIn.control.failNext(502);
    await expect(kodosumi.launch(url, {})).rejects.toMatchObject({ status: 502, unknown: false });
    standIn.control.slow(700);
    await expect(kodosumi.launch(url, {})).rejects.toMatchObject({ status: undefined, unknown: false });
  });

  it('that reached nobody has not happened', async () => {
    const { kodosumi, urlOf } = tried;
    const url = await urlOf('Hymn');
    await standIn.control.startOutage();
    await expect(kodosumi.launch(url, {})).rejects.toMatchObject({ status: undefined, unknown: false });
    expect(await kodosumi.isHealthy()).toBe(false);
    await standIn.control.endOutage();
    expect(await kodosumi.isHealthy()).toBe(true);
  });

  it('of a flow that is gone is refused', async () => {
    const { kodosumi, urlOf } = tried;
    const url = await urlOf('Picky');
    standIn.control.hideFlow(url);
    expect(await kodosumi.schema(url)).toBeUndefined();
    await expect(kodosumi.launch(url, {})).rejects.toMatchObject({ status: 404, unknown: false });
    standIn.control.showFlow(url);
    expect(await kodosumi.launch(url, {})).toMatchObject({ kind: 'rejected' });
  });
});

describe('a stream', () => {
  it('that breaks or falls silent is an error, and tells all again the next time', async () => {
    const { kodosumi, launch, eventsUntil } = tried;
    const fid = await launch('Approval', { message: 'x' });
    await eventsUntil(fid, ({ event }) => event === 'lock');
    const broken = eventsUntil(fid, () => {
      standIn.control.dropStreams();
      return false;
    });
    await expect(broken).rejects.toMatchObject({ name: 'KodosumiError', status: undefined });
    standIn.control.silenceStreams(true);
    await expect(eventsUntil(fid, () => false)).rejects.toThrow('fell silent');
    standIn.control.silenceStreams(false);
    expect((await eventsUntil(fid, ({ event }) => event === 'lock')).length).toBeGreaterThan(4);
    await kodosumi.kill(fid);
  });

  it('of a run that just begins may break before it tells anything, and is opened again', async () => {
    const { launch, eventsUntil } = tried;
    const fid = await launch('Hymn', { topic: 'beginnings' });
    standIn.control.breakStreams(2);
    expect((await eventsUntil(fid, ({ event }) => event === 'final')).length).toBeGreaterThan(4);
    standIn.control.breakStreams(100);
    await expect(eventsUntil(fid, () => true)).rejects.toMatchObject({ name: 'KodosumiError' });
    standIn.control.breakStreams(0);
  });

  it('may be read as slowly as its reader likes', async () => {
    const { kodosumi, launch } = tried;
    const fid = await launch('Hymn', { topic: 'patience' });
    let last = '';
    for await (const { event, data } of kodosumi.events(fid, new AbortController().signal)) {
      if (data === 'running') await new Promise((resolve) => setTimeout(resolve, 500));
      last = event;
    }
    expect(last).toBe('eof');
  });

  it('makes Kodosumi notice that a run is dead', async () => {
    const { kodosumi, launch, reach } = tried;
    const fid = await launch('Long run', { seconds: 60 });
    await reach(fid, 'running');
    standIn.control.killActor(fid);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await kodosumi.status(fid))?.status).toBe('running');
    expect(await kodosumi.failure(fid)).toBe('actor not found');
    await reach(fid, 'error');
  });
});

it('an answer from something that is not Kodosumi is an error that says so', async () => {
  const elsewhere = createKodosumi({ ...account, url: `${standIn.url}/outputs` });
  await expect(elsewhere.flows()).rejects.toMatchObject({ name: 'KodosumiError' });
});
