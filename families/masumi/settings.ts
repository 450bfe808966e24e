import type { Values } from '../../config/settings.ts';
import { isFlowSetting } from '../../domain/masumi/flow-key.ts';
import { MasumiSettings } from '../../schemas/families/masumi/settings.ts';
import type { FamilySettings } from '../define.ts';

/** Two names for the payment service; a URL never goes with the key of the other (masumi.md, "Config"). */
const NODE_PAIRS = [
  ['PAYMENT_SERVICE_URL', 'PAYMENT_API_KEY'],
  ['MASUMI_NODE_URL', 'MASUMI_API_KEY'],
] as const;

function nodeOf(values: Values): Values {
  const pair = NODE_PAIRS.find(([url, key]) => values[url] !== undefined && values[key] !== undefined);
  return pair === undefined ? {} : { PAYMENT_SERVICE_URL: values[pair[0]], PAYMENT_API_KEY: values[pair[1]] };
}

const READ_BY_API = [
  'MASUMI_CONFIG',
  'SELLER_VKEY',
  'MASUMI_SIGNING_KEY',
  'MASUMI_PUBLIC',
  'MASUMI_TEST_MODE',
  'MASUMI_PAY_BY_MS',
  'MASUMI_SUBMIT_RESULT_MS',
  'MASUMI_UNLOCK_AFTER_MS',
  'MASUMI_DISPUTE_AFTER_MS',
  'MASUMI_RESULT_MARGIN_MS',
  'MASUMI_WORK_MS',
  'MASUMI_INPUT_MARGIN_MS',
] as const satisfies readonly (keyof MasumiSettings)[];
const READ_BY_WORKERS = [
  'MASUMI_OUTPUT_HASH',
  'POLLING_INTERVAL_SECONDS',
  'MASUMI_WATCH_EVERY_MS',
  'MASUMI_FILE_MAX_BYTES',
] as const satisfies readonly (keyof MasumiSettings)[];

/** The family's settings; those of single flows are told apart by their names. */
export const settings: FamilySettings<MasumiSettings> = {
  title: 'Agents sold over MIP-003',
  shape: MasumiSettings.shape,
  aliases: [{ alias: 'NETWORK', name: 'MASUMI_NETWORK', ifUsable: true }],
  derive: nodeOf,
  open: { name: 'FLOW_SETTINGS', owns: isFlowSetting },
  readers: {
    ...Object.fromEntries(READ_BY_API.map((name) => [name, 'API'])),
    ...Object.fromEntries(READ_BY_WORKERS.map((name) => [name, 'worker'])),
    KODOSUMI_PORT: 'npm start',
    MASUMI_PORT: 'npm start',
  },
  note: [
    'Each flow has two settings more, which the API reads. `AGENT_IDENTIFIER_<flow key>` makes a flow sellable.',
    '`PRICE_<flow key>` (`3000000 lovelace`) is its price where the registry leaves it open. Every character of the key',
    'outside `A-Z a-z 0-9 _` may be written as `_`. What they mean: [AGENTS.md](AGENTS.md#what-to-set).',
  ].join('\n'),
};
