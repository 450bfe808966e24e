import { beforeAll, describe, expect, it } from 'vitest';
import { uncovered } from './coverage.ts';
import { scoreHalf, type Half } from './halves.ts';
import { calibration, isRight, type Scored } from './score.ts';

/** What a failure shows: nobody who writes rules is told a sentence of the second half. */
const show = (half: Half, { sentence }: Scored, what: string): string =>
  half === 'first' ? `${sentence.say.slice(-120)} -> ${what}` : `a sentence about: ${sentence.kind}`;

const shareOf = (scored: readonly Scored[]): number => scored.filter(isRight).length / scored.length;

describe.each<Half>(['first', 'second'])('the %s half of the corpus', (half) => {
  let sample: Scored[];
  let invented: Scored[];
  beforeAll(async () => {
    ({ sample, invented } = await scoreHalf(half));
  }, 60_000);

  it('has at least seventy-five sentences about the sample services and thirty about invented ones', () => {
    expect(sample.length).toBeGreaterThanOrEqual(75);
    expect(invented.length).toBe(30);
  });

  it('never buys what nobody asked for', () => {
    const wrong = [...sample, ...invented].filter(({ verdict }) => verdict === 'WRONG PURCHASE');
    expect(wrong.map((one) => show(half, one, one.came))).toEqual([]);
  });

  it('gets four of five sentences about the sample services right', () => {
    expect(shareOf(sample)).toBeGreaterThanOrEqual(0.8);
  });

  it('gets four of five sentences about services right that no rule names', () => {
    expect(shareOf(invented)).toBeGreaterThanOrEqual(0.8);
  });

  it('is right nine times in ten where a plan is sure of itself', () => {
    const { sure, right } = calibration([...sample, ...invented]);
    expect(sure).toBeGreaterThan(0);
    expect(right / sure).toBeGreaterThanOrEqual(0.9);
  });

  it('shows for every plan and question what became of each word', () => {
    const lost = [...sample, ...invented].flatMap((one) =>
      uncovered(one.sentence.say, one.outcome).map((what) => show(half, one, what)),
    );
    expect(lost).toEqual([]);
  });
});
