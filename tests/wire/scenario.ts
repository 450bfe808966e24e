import type { House } from './house.ts';
import type { Wire } from './wire.ts';

/** Exchanges that are recorded together, in one file of their name. */
export interface Scenario {
  name: string;
  run(wire: Wire, house: House): Promise<void>;
}

export const scenario = (name: string, run: Scenario['run']): Scenario => ({ name, run });
