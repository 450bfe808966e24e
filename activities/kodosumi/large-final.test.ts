import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { readFinalInThread } from './large-final.ts';

const MIB = 1024 * 1024;

test('a result of many MiB is read while the process does other work, and keeps its digits', async () => {
  const row = '{"id":7615917337495251231,"name":"some name","x":[1.0,2]}';
  const rows = `[${Array.from({ length: (8 * MIB) / row.length }, () => row).join()}]`;
  const before = performance.eventLoopUtilization();
  const text = await readFinalInThread(`{"dict":${rows}}`, 64 * MIB);
  expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.5);
  const { kind, output, final } = JSON.parse(Buffer.from(text!).toString()) as Record<string, unknown>;
  expect(kind).toBe('dict');
  expect(final).toBeNull();
  expect(output === rows).toBe(true);
});

test('a result is too large when its output is: the limit counts its bytes', async () => {
  const final = JSON.stringify({ Markdown: { body: 'é'.repeat(10) } });
  expect(await readFinalInThread(final, 19)).toBeUndefined();
  const text = await readFinalInThread(final, 20);
  expect(JSON.parse(Buffer.from(text!).toString())).toEqual({
    kind: 'Markdown',
    output: 'é'.repeat(10),
    final: null,
  });
});

test('a thread that ends early is an error of its result alone', async () => {
  const noText = undefined as unknown as string; // what no status has makes the thread throw
  await expect(readFinalInThread(noText, 20)).rejects.toThrow();
});
