import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, appendFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { batchComputer } from './batch-computer.ts';
import type { ProviderDefinition } from './definition.ts';
import { drawImage } from './draw-image.ts';
import { imageGenerator } from './image-generator.ts';
import { logArchive } from './log-archive.ts';
import { mockProof } from './mock-proof.fixture.ts';
import { priceOracle } from './price-oracle.ts';
import { open } from './test-provider.ts';

const ends: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function start(definition: ProviderDefinition, dir?: string) {
  const provider = await open(definition, dir === undefined ? {} : { dir });
  ends.push(() => provider.stop());
  return provider;
}

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'providers-'));
  ends.push(() => rmSync(dir, { recursive: true }));
  return dir;
}

const ALL: [string, ProviderDefinition, object][] = [
  ['images', imageGenerator, { prompt: 'a red fox' }],
  ['prices', priceOracle('1'), { base: 'ETH', quote: 'MNEE' }],
  ['batches', batchComputer(0), { data: '1 2 3' }],
  ['logs', logArchive, { content: 'a line', agent_id: 'agent' }],
];

describe.each(ALL)('the provider of %s', (_name, definition, input) => {
  test('says who it is and that it is healthy, without a payment', async () => {
    const { ask } = await start(definition);
    expect(await ask('/')).toMatchObject({ status: 200, body: { status: 'running', version: '1.0.0' } });
    expect(await ask('/health')).toEqual({ status: 200, body: { status: 'healthy' } });
  });

  test('wants a payment, and names what is missing', async () => {
    const { buy } = await start(definition);
    const nothing = await buy(input);
    expect(nothing).toMatchObject({
      status: 402,
      body: { missing: ['taskId', 'serviceCallHash', 'paymentTx'] },
    });
    const { paymentTx: _gone, ...rest } = mockProof('task');
    expect(await buy(input, rest)).toMatchObject({ status: 402, body: { missing: ['paymentTx'] } });
  });

  test('takes the mock payment of the call and no other, and says that it is one', async () => {
    const { buy } = await start(definition);
    const proof = mockProof('task');
    const { taskId, serviceCallHash } = proof;
    expect(await buy(input, proof)).toMatchObject({
      status: 200,
      body: { mock: true, taskId, serviceCallHash },
    });
    expect((await buy(input, { ...proof, taskId: 'other' })).status).toBe(402);
    expect((await buy(input, { ...mockProof('third'), paymentTx: proof.paymentTx })).status).toBe(402);
  });

  test('refuses what it cannot read, whatever was paid', async () => {
    const { buy, ask } = await start(definition);
    expect((await buy({}, mockProof('task'))).status).toBe(400);
    expect((await ask('/nothing')).status).toBe(404);
    expect((await ask(definition.path, { method: 'DELETE' })).status).toBe(405);
    expect((await ask('/health', { method: 'POST' })).status).toBe(405);
    const headers = { 'content-type': 'application/json' };
    const broken = await ask(definition.path, { method: 'POST', headers, body: '{"prompt":' });
    expect(broken).toEqual({
      status: 400,
      body: { type: 'about:blank', title: 'Bad Request', status: 400, detail: 'The body is no JSON.' },
    });
    const body = JSON.stringify({ prompt: 'x'.repeat(1024 * 1024) });
    expect((await ask(definition.path, { method: 'POST', headers, body })).status).toBe(413);
  });
});

test('an image is drawn from its prompt and served where the answer says', async () => {
  const dir = folder();
  const first = await start(imageGenerator, dir);
  const { body } = await first.buy({ prompt: 'a <red> & "blue" fox' }, mockProof('task'));
  expect(body).toMatchObject({ prompt: 'a <red> & "blue" fox', status: 'completed' });
  const response = await fetch(String(body['imageUrl']));
  expect(response.headers.get('content-type')).toContain('image/svg+xml');
  const image = await response.text();
  expect(image).toBe(drawImage('a <red> & "blue" fox'));
  expect(image).toContain('a &lt;red&gt; &amp; &quot;blue&quot; fox');
  expect(drawImage('another')).not.toBe(image);
  const second = await start(imageGenerator, dir);
  const path = new URL(String(body['imageUrl'])).pathname;
  expect(await (await fetch(new URL(path, second.url))).text()).toBe(image);
  expect((await second.ask('/images/none.svg')).status).toBe(404);
  expect((await second.ask('/images/%')).status).toBe(400);
});

test('prices walk within 2 % of their centres, and a seed says how', async () => {
  let now = 1_800_000_000_000;
  const oracle = await start(priceOracle('7', () => now));
  const twin = await start(priceOracle('7', () => now));
  const other = await start(priceOracle('8', () => now));
  const seen = new Set<number>();
  for (let minute = 0; minute < 40; minute++) {
    now += 60_000;
    const buy = async ({ buy: of }: typeof oracle, base: string) =>
      (await of({ base, quote: 'MNEE' }, mockProof(`${base}${minute}`))).body['price'] as number;
    const price = await buy(oracle, 'ETH');
    expect(Math.abs(price / 3000 - 1)).toBeLessThanOrEqual(0.02);
    expect(Math.abs((await buy(oracle, 'BTC')) / 60_000 - 1)).toBeLessThanOrEqual(0.02);
    expect(await buy(oracle, 'MNEE')).toBe(1);
    expect(await buy(twin, 'ETH')).toBe(price);
    expect(await buy(other, 'ETH')).not.toBe(price);
    seen.add(price);
  }
  expect(seen.size).toBe(40);
});

test.each([{ base: 'DOGE', quote: 'MNEE' }, { base: 'ETH', quote: 'EUR' }, { quote: 'MNEE' }, { base: '' }])(
  'a price of $base in $quote is not known',
  async (input) => {
    const { buy } = await start(priceOracle('1'));
    expect((await buy(input, mockProof('task'))).status).toBe(400);
  },
);

describe('a batch job', () => {
  test('runs, and later it is finished with what was computed', async () => {
    const { buy, ask } = await start(batchComputer(20));
    const { body } = await buy({ data: 'numbers 1, 2 and 6' }, mockProof('task'));
    expect(body).toMatchObject({ status: 'running' });
    const status = async () => (await ask(`/batch/status?jobId=${String(body['jobId'])}`)).body;
    expect(await status()).toEqual({ status: 'running' });
    await expect.poll(async () => (await status())['status']).toBe('finished');
    const { result } = (await status()) as { result: { chain: { rounds: number; last: string } } };
    expect(result).toMatchObject({
      words: 5,
      bytes: 18,
      numbers: { count: 3, sum: 9, min: 1, max: 6, mean: 3 },
    });
    let link = createHash('sha256').update('numbers 1, 2 and 6').digest();
    for (let round = 0; round < result.chain.rounds; round++)
      link = createHash('sha256').update(link).digest();
    expect(result.chain.last).toBe(link.toString('hex'));
  });

  test('that a restart interrupted is done all the same', async () => {
    const dir = folder();
    const first = await open(batchComputer(60_000), { dir });
    const { body } = await first.buy({ data: { rows: [1, 2] } }, mockProof('task'));
    await first.stop();
    const second = await start(batchComputer(0), dir);
    const status = async () => (await second.ask(`/batch/status?jobId=${String(body['jobId'])}`)).body;
    await expect.poll(async () => (await status())['status']).toBe('finished');
    expect(await status()).toMatchObject({ result: { numbers: { count: 2, sum: 3 } } });
    expect((await second.buy({ data: { rows: [1, 2] } }, mockProof('task'))).body['jobId']).toBe(
      body['jobId'],
    );
  });

  test('whose data is nested too deeply is refused', async () => {
    const { ask } = await start(batchComputer(0));
    const headers = { 'content-type': 'application/json' };
    const depth = 400_000;
    const body = `{"data":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect((await ask('/batch/submit', { method: 'POST', headers, body })).status).toBe(400);
  });

  test('that nobody submitted is not found', async () => {
    const { ask } = await start(batchComputer(0));
    expect(await ask('/batch/status?jobId=job_x')).toEqual({ status: 200, body: { status: 'not_found' } });
    expect((await ask('/batch/status')).status).toBe(400);
  });
});

test('the archive keeps each entry once, also where a crash came before its answer, and after half a line', async () => {
  const dir = folder();
  const entry = { content: 'zeile\n2 ü', agent_id: 'agent', level: 'WARN' };
  const first = await open(logArchive, { dir });
  const { body } = await first.buy(entry, mockProof('one'));
  expect(body).toMatchObject({ archived: true, totalLogs: 1 });
  await first.buy(entry, mockProof('two'));
  await first.stop();
  rmSync(join(dir, 'tasks.jsonl')); // as if the crash had come before the answers were kept
  appendFileSync(join(dir, 'archive.jsonl'), '{"storageId":"half');
  const second = await start(logArchive, dir);
  expect((await second.buy(entry, mockProof('one'))).body).toEqual(body);
  expect((await second.buy(entry, mockProof('three'))).body['totalLogs']).toBe(3);
  expect((await second.ask('/logs/stats')).body).toEqual({ total_logs: 3 });
  const lines = readFileSync(join(dir, 'archive.jsonl'), 'utf8').trim().split('\n');
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({ ...entry, taskId: 'three' });
});
