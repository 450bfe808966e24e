/** The stand-in's time: the machine's, moved on by as much as tests want. */
export interface StandInClock {
  now(): number;
  advance(ms: number): void;
  readonly offset: number;
}

export function createStandInClock(real: () => number, moved: (offset: number) => void): StandInClock {
  let offset = 0;
  return {
    now: () => real() + offset,
    advance(ms) {
      offset += ms;
      moved(offset);
    },
    get offset() {
      return offset;
    },
  };
}
