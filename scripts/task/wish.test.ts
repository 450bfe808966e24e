import { describe, expect, test } from 'vitest';
import { UsageError } from '../command-line.ts';
import { readDuration, readWish, type Input } from './wish.ts';

const OFF = { ask: false, 'no-ask': false, yes: false, 'accept-partial': false, json: false };
const TASK = 'Get the price of SOL';
const terminal: Input = { isTerminal: true, readAll: () => Promise.reject(new Error('nobody pipes')) };
const pipe = (text: string): Input => ({ isTerminal: false, readAll: () => Promise.resolve(text) });

describe('the wish', () => {
  test('is asked about at a terminal, and nowhere else unless it says so', async () => {
    expect(await readWish(OFF, TASK, terminal)).toMatchObject({ what: { task: TASK }, ask: true });
    expect(await readWish({ ...OFF, 'no-ask': true }, TASK, terminal)).toMatchObject({ ask: false });
    expect(await readWish(OFF, TASK, pipe(''))).toMatchObject({ what: { task: TASK }, ask: false });
    expect(await readWish({ ...OFF, ask: true }, TASK, pipe('a\n'))).toMatchObject({ ask: true });
  });

  test('is read from a pipe, which then cannot answer', async () => {
    expect(await readWish(OFF, undefined, pipe(` ${TASK}\n`))).toMatchObject({
      what: { task: TASK },
      ask: false,
    });
    expect(await readWish(OFF, '-', pipe(TASK))).toMatchObject({ what: { task: TASK } });
    await expect(readWish({ ...OFF, ask: true }, '-', pipe(TASK))).rejects.toThrow(/nobody can answer there/);
  });

  test.each([
    [{ yes: true }, TASK, /--yes .* needs --max-cost/],
    [{ 'max-cost': '-1' }, TASK, /plain decimal number/],
    [{ 'max-time': 'soon' }, TASK, /90s, 10m or 1h, not "soon"/],
    [{ resume: 'wf_1' }, TASK, /name no task with it/],
    [{}, undefined, /Which task\?/],
    [{}, 'too short', /at least 10 characters/],
    [{}, 'x'.repeat(5001), /this one has 5001/],
  ])('%j with the task %j is refused before anything is sent', async (given, task, says) => {
    const reading = readWish({ ...OFF, ...given }, task, terminal);
    await expect(reading).rejects.toThrow(says);
    await expect(reading).rejects.toBeInstanceOf(UsageError);
  });

  test('approves alone only up to its maximum, and then asks nothing', async () => {
    const wish = await readWish({ ...OFF, yes: true, 'max-cost': '0.5', 'max-time': '10m' }, TASK, terminal);
    expect(wish).toMatchObject({ yes: true, ask: false, maxCost: '0.5', maxTimeMs: 600_000 });
  });
});

test.each([
  ['90s', 90_000],
  ['10m', 600_000],
  ['1.5h', 5_400_000],
  ['250ms', 250],
])('%s is %i ms', (text, ms) => expect(readDuration(text, '--max-time')).toBe(ms));
