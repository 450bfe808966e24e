import { M0030Omni } from './m0030-omni.ts';

export const migrations = [M0030Omni];
