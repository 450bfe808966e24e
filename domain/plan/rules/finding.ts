import type { Json } from '../../../schemas/core/json.ts';
import type { Mention } from '../understanding/reading.ts';
import type { Read, Scene, Task } from './scene.ts';

/** A value, or what was said and is none that the service takes, or nothing. */
export type Finding =
  | { kind: 'found'; read: Read }
  | { kind: 'unfit'; said: string; words: readonly number[] }
  | { kind: 'none' };

export const NONE: Finding = { kind: 'none' };
export const found = (value: Json, words: readonly number[], mention?: Mention): Finding => ({
  kind: 'found',
  read: { value, words, ...(mention && { mention }) },
});

/** Where values of one call are looked for. `free` are words that no other param of the call has. */
export interface Source {
  scene: Scene;
  task: Task;
  service: string;
  free: readonly number[];
  mentions: readonly Mention[];
}
