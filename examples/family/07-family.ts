import { defineFamily } from '../../families/define.ts';
import { settings, type EchoSettings } from './01-settings.ts';
import { ECHO_EVENTS, FAMILY } from './02-contract.ts';

/**
 * 7. The manifest: all that the engine must know of us. Every name in it is ours alone; where another family has it too,
 * Steward does not start and names both. `families/index.ts` lists manifests: the first of the two lines outside this folder.
 */
export const echo = defineFamily<EchoSettings>({
  name: FAMILY,
  settings,
  events: Object.values(ECHO_EVENTS),
  problems: { echo_not_found: { status: 404, title: 'Not found' } },
  api: () => import('./06-api.ts'),
  worker: () => import('./04-worker.ts'),
  workflows: ['echo'],
});
