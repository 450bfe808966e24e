import { beforeEach, describe, expect, it } from 'vitest';
import { KodosumiError } from '../../../domain/masumi/outside-errors.ts';
import type { FlowSchema, Kodosumi, KodosumiFlow } from '../../../domain/masumi/ports/kodosumi.ts';
import { createFlowDirectory, type FlowDirectory } from './directory.ts';

const HYMN = '-_a_1_hymn_-_';
const POEM = '-_a_1_poem_-_';

const flowAt = (url: string): KodosumiFlow => ({
  uid: 'c0ffee0123456789',
  url,
  summary: null,
  description: null,
  author: null,
  organization: null,
  tags: [],
});

let urls: string[];
let down: boolean;
let asked: string[];
let nowMs: number;
let directory: FlowDirectory;
/** Kodosumi answers only when it is let. */
let gate: Promise<void> | undefined;

const kodosumi = {
  async flows() {
    asked.push('flows');
    await gate;
    if (down) throw new KodosumiError('no answer');
    return urls.map(flowAt);
  },
  async schema(url: string): Promise<FlowSchema | undefined> {
    asked.push(url);
    await gate;
    if (down) throw new KodosumiError('no answer');
    return urls.includes(url)
      ? { summary: `asked ${asked.length} times`, description: null, tags: [], extra: {}, elements: [] }
      : undefined;
  },
} satisfies Partial<Kodosumi> as unknown as Kodosumi;

beforeEach(() => {
  urls = ['/-/a/1/hymn/-/'];
  down = false;
  asked = [];
  nowMs = 1_000_000_000;
  gate = undefined;
  directory = createFlowDirectory(kodosumi, () => nowMs);
});

const keys = async (): Promise<string[]> => (await directory.flows()).map(({ key }) => key);
const settled = (): Promise<void> => new Promise((settle) => setTimeout(settle, 5));
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no refusal',
    (error: unknown) => (error as { code?: string }).code,
  );

describe('The list of flows', () => {
  it('is asked for once by all who come at the same time, and kept for 300 seconds', async () => {
    await Promise.all([keys(), keys(), directory.require(HYMN), directory.refresh()]);
    nowMs += 300_000;
    await keys();
    expect(asked).toEqual(['flows']);
  });

  it('is renewed in the background after that: nobody waits, and later callers see what is new', async () => {
    await keys();
    urls.push('/-/a/1/poem/-/');
    nowMs += 300_001;
    expect(await keys()).toEqual([HYMN]);
    await settled();
    expect(await keys()).toEqual([HYMN, POEM]);
    expect(asked).toEqual(['flows', 'flows']);
  });

  it('stays as it was while Kodosumi is down', async () => {
    await keys();
    down = true;
    nowMs += 86_400_000;
    expect(await keys()).toEqual([HYMN]);
    await directory.refresh();
    expect(await directory.require(HYMN)).toMatchObject({ key: HYMN });
    expect(await codeOf(directory.require(POEM))).toBe('flow_not_found');
    down = false;
    urls = ['/-/a/1/poem/-/'];
    await directory.refresh();
    expect(await keys()).toEqual([POEM]);
  });

  it('is unavailable when Kodosumi was never seen or is not configured', async () => {
    down = true;
    expect(await codeOf(directory.flows())).toBe('kodosumi_unavailable');
    expect(await codeOf(directory.require(HYMN))).toBe('kodosumi_unavailable');
    await directory.refresh();
    down = false;
    expect(await keys()).toEqual([HYMN]);
    const none = createFlowDirectory(undefined);
    expect(await codeOf(none.flows())).toBe('kodosumi_unavailable');
    expect(await none.isListed(undefined, 100)).toBe(false);
    expect(await none.knows(HYMN)).toBe(false);
  });
});

describe('A key that nobody knows', () => {
  it('makes us look again, every ten seconds at most', async () => {
    await keys();
    urls.push('/-/a/1/poem/-/');
    expect(await codeOf(directory.require(POEM))).toBe('flow_not_found');
    nowMs += 10_001;
    expect(await directory.require(POEM)).toMatchObject({ key: POEM });
    for (let round = 0; round < 5; round++)
      expect(await codeOf(directory.require('nothing'))).toBe('flow_not_found');
    expect(asked).toEqual(['flows', 'flows']);
  });

  it('makes routing wait only when nothing was ever seen', async () => {
    expect(await directory.knows(HYMN)).toBe(true);
    expect(await directory.knows('favicon.ico')).toBe(false);
    urls.push('/-/a/1/poem/-/');
    nowMs += 10_001;
    expect(await directory.knows(POEM)).toBe(false);
    await settled();
    expect(await directory.knows(POEM)).toBe(true);
    down = true;
    expect(await createFlowDirectory(kodosumi).knows(HYMN)).toBe(false);
  });

  it.each(['__proto__', 'constructor', ''])('may be named %j', async (key) => {
    await keys();
    expect(await codeOf(directory.require(key))).toBe('flow_not_found');
    expect(await directory.knows(key)).toBe(false);
  });
});

describe('Availability', () => {
  it('is what Kodosumi says now: an outage is noticed within five seconds, and its end', async () => {
    expect(await directory.isListed(HYMN, 1000)).toBe(true);
    expect(await directory.isListed(undefined, 1000)).toBe(true);
    expect(await directory.isListed(POEM, 1000)).toBe(false);
    expect(asked).toEqual(['flows']);
    down = true;
    nowMs += 5001;
    expect(await directory.isListed(HYMN, 1000)).toBe(false);
    down = false;
    expect(await directory.isListed(HYMN, 1000)).toBe(true);
  });

  it('does not wait longer than its budget', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    expect(await directory.isListed(HYMN, 20)).toBe(false);
    resolve();
    await settled();
    expect(await directory.isListed(HYMN, 20)).toBe(true);
  });
});

describe('The description of a flow', () => {
  it('is as old as the list may be, and an old one is better than none', async () => {
    const flow = await directory.require(HYMN);
    const first = await directory.schema(flow);
    nowMs += 299_999;
    expect(await directory.schema(flow)).toBe(first);
    nowMs += 2;
    down = true;
    expect(await directory.schema(flow)).toBe(first);
    down = false;
    nowMs += 300_001;
    expect(await directory.schema(flow)).not.toBe(first);
  });

  it('that Kodosumi does not give is answered as an unknown flow', async () => {
    const flow = await directory.require(HYMN);
    urls = [];
    expect(await codeOf(directory.schema(flow))).toBe('flow_not_found');
    down = true;
    expect(await codeOf(directory.schema(flow))).toBe('kodosumi_unavailable');
  });
});

describe('The description of a flow that is ordered', () => {
  const url = '/-/a/1/hymn/-/';

  it('is two seconds old at most, and a burst of orders asks once', async () => {
    const flow = await directory.require(HYMN);
    const burst = await Promise.all([1, 2, 3].map(() => directory.schemaNow(flow)));
    expect(new Set(burst).size).toBe(1);
    nowMs += 1999;
    expect(await directory.schemaNow(flow)).toBe(burst[0]);
    nowMs += 1;
    expect(await directory.schemaNow(flow)).not.toBe(burst[0]);
    expect(asked).toEqual(['flows', url, url]);
  });

  it('is refused while Kodosumi is down, however well known it is: nothing is sold that nobody can do', async () => {
    const flow = await directory.require(HYMN);
    const known = await directory.schemaNow(flow);
    down = true;
    nowMs += 2000;
    expect(await codeOf(directory.schemaNow(flow))).toBe('kodosumi_unavailable');
    expect(await directory.schema(flow)).toBe(known);
    down = false;
    expect(await directory.schemaNow(flow)).not.toBe(known);
  });

  it('is awaited no longer than the caller says', async () => {
    const flow = await directory.require(HYMN);
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    expect(await codeOf(directory.schemaNow(flow, 20))).toBe('kodosumi_unavailable');
    resolve();
    expect(await directory.schemaNow(flow, 1000)).toMatchObject({ elements: [] });
  });

  it('makes us forget a flow that Kodosumi does not give any more, until it is listed again', async () => {
    urls.push('/-/a/1/poem/-/');
    const flow = await directory.require(HYMN);
    await directory.schemaNow(flow);
    urls.shift();
    nowMs += 2000;
    expect(await codeOf(directory.schemaNow(flow))).toBe('flow_not_found');
    expect(await directory.knows(HYMN)).toBe(false);
    expect(await keys()).toEqual([POEM]);
    expect(await codeOf(directory.schema(flow))).toBe('flow_not_found');
    urls.unshift(url);
    nowMs += 10_001;
    expect(await directory.require(HYMN)).toMatchObject({ url });
  });
});
