import { beforeAll, describe, expect, it } from 'vitest';
import { uncovered } from './coverage.ts';
import { HALVES, scoreHalf, type Half } from './halves.ts';
import { calibration, isRight, type Scored } from './score.ts';

const show = ({ sentence }: Scored, what: string): string => `${sentence.say.slice(-120)} -> ${what}`;

const shareOf = (scored: readonly Scored[]): number => scored.filter(isRight).length / scored.length;

describe.each<Half>([...HALVES])('the %s set of the corpus', (half) => {
  let sample: Scored[];
  let invented: Scored[];
  beforeAll(async () => {
    ({ sample, invented } = await scoreHalf(half));
  }, 120_000);

  it('has at least seventy-five sentences about the sample services and thirty about others', () => {
    expect(sample.length).toBeGreaterThanOrEqual(75);
    expect(invented.length).toBeGreaterThanOrEqual(30);
  });

  it('never buys what nobody asked for', () => {
    const wrong = [...sample, ...invented].filter(({ verdict }) => verdict === 'WRONG PURCHASE');
    expect(wrong.map((one) => show(one, one.came))).toEqual([]);
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
      uncovered(one.sentence.say, one.outcome).map((what) => show(one, what)),
    );
    expect(lost).toEqual([]);
  });
});
